"""What stands at the top of the page's HTML, before Gradio starts: what may be fetched, and the language.

Gradio adds its own `head` only after it has chosen a language and fetched its parts: too late for both.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing is fetched from elsewhere, whatever a story holds. The language chosen takes the browser's place.
HEAD = """<meta http-equiv="Content-Security-Policy"
 content="default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; form-action 'none'">
<script>
  const chosen = {zh: 'zh-CN', en: 'en'}[localStorage.getItem('anbao-lang')];
  if (chosen) Object.defineProperty(navigator, 'language', {get: () => chosen});
  document.documentElement.lang = navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
</script>"""


class Headed:
    """Puts HEAD into every page of HTML on its way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def headed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if "text/html" in MutableHeaders(scope=message).get("content-type", ""):
                    start = message
                    return
            elif start:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                body = body.replace(b"<head>", f"<head>{HEAD}".encode(), 1)
                MutableHeaders(scope=start)["content-length"] = str(len(body))
                await send(start)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self.app(scope, receive, headed if scope["type"] == "http" else send)
