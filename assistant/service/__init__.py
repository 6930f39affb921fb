"""The HTTP service: `app.build` joins the parts; FastAPI lives here and nowhere else.

`access` says who may call what, `schemas` what goes over the wire, `knowledge`, `talks`, `desk` and
`completions` are the endpoints, `worker` is what goes on between requests. To add an endpoint, add a
function to the router it belongs to, with its scopes.
"""
