"""Google's Generative Language API on loopback, over gRPC as its own client speaks it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.ai.generativelanguage_v1beta import GenerateContentRequest, GenerateContentResponse
from google.ai.generativelanguage_v1beta.services.generative_service import GenerativeServiceAsyncClient
from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
    GenerativeServiceGrpcAsyncIOTransport,
)

Act = Callable[[GenerateContentRequest, grpc.ServicerContext], GenerateContentResponse]


def say(words: str) -> Act:
    return lambda _, __: GenerateContentResponse(
        candidates=[{"content": {"role": "model", "parts": [{"text": words}]}, "finish_reason": "STOP"}],
        usage_metadata={"prompt_token_count": 7, "candidates_token_count": 3, "total_token_count": 10},
    )


def refuse(code: grpc.StatusCode, words: str = "no") -> Act:
    return lambda _, context: context.abort(code, words)


class Gemini:
    """The server; `act` is what it does with each request, `asked` the models it was asked for."""

    def __init__(self) -> None:
        self.act: Act = say("")
        self.asked: list[str] = []
        one = grpc.unary_unary_rpc_method_handler(
            self._answer, GenerateContentRequest.deserialize, GenerateContentResponse.serialize
        )
        service = "google.ai.generativelanguage.v1beta.GenerativeService"
        self.server = grpc.server(ThreadPoolExecutor(4))
        self.server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(service, {"GenerateContent": one})]
        )
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def _answer(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.asked.append(request.model)
        return self.act(request, context)

    def client(self) -> GenerativeServiceAsyncClient:
        """Google's own client, without TLS; to be made on the loop that uses it."""
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.port}")
        return GenerativeServiceAsyncClient(transport=GenerativeServiceGrpcAsyncIOTransport(channel=channel))
