"""How Stripe says no: the JSON, status and codes of its errors."""

from sandbox.store import Json


class StripeRefusal(Exception):
    """An error answer; *kept* tells whether an idempotency key remembers it."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = False,
    ) -> None:
        self.message, self.status, self.kind, self.code = message, status, kind, code
        self.param, self.kept = param, kept
        super().__init__(message)

    def body(self) -> Json:
        """Return the answer's body."""
        error: Json = {"message": self.message, "type": self.kind}
        if self.code is not None:
            page = self.code.replace("_", "-")
            error |= {"code": self.code, "doc_url": f"https://docs.stripe.com/error-codes/{page}"}
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def unknown_parameters(names: list[str]) -> StripeRefusal:
    """Return the refusal of parameters that the endpoint does not have."""
    plural = "s" if len(names) > 1 else ""
    return StripeRefusal(
        f"Received unknown parameter{plural}: {', '.join(names)}", code="parameter_unknown", param=names[0]
    )


def missing(param: str) -> StripeRefusal:
    """Return the refusal of a request without a parameter that it needs."""
    return StripeRefusal(f"Missing required param: {param}.", code="parameter_missing", param=param)


def invalid(param: str, message: str, *, code: str | None = None) -> StripeRefusal:
    """Return the refusal of a parameter's value."""
    return StripeRefusal(message, code=code, param=param)


def no_such(noun: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeRefusal:
    """Return the answer for an id that does not exist."""
    return StripeRefusal(f"No such {noun}: '{object_id}'", status=status, code="resource_missing", param=param)


def no_key() -> StripeRefusal:
    """Return the answer to a request without an API key."""
    return StripeRefusal(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        status=401,
    )


def wrong_key(key: str) -> StripeRefusal:
    """Return the answer to a wrong API key; all but its ends is hidden."""
    shown = f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}" if len(key) > 12 else "*" * 8
    return StripeRefusal(f"Invalid API Key provided: {shown}", status=401)


def unknown_url(method: str, path: str) -> StripeRefusal:
    """Return the answer for a URL that the API (or this stand-in) does not have."""
    return StripeRefusal(
        f"Unrecognized request URL ({method}: {path}). This stand-in offers Checkout with what belongs to it.",
        status=404,
    )


def rate_limited() -> StripeRefusal:
    """Return the answer to too many requests."""
    return StripeRefusal("Request rate limit exceeded.", status=429, kind="invalid_request_error", code="rate_limit")


def internal() -> StripeRefusal:
    """Return the answer of a failing server."""
    return StripeRefusal("An error occurred with our connection to Stripe.", status=500, kind="api_error")


def lock_timeout() -> StripeRefusal:
    """Return the answer when another request holds the object."""
    return StripeRefusal(
        "This object cannot be accessed right now because another API request or Stripe process is "
        "currently accessing it.",
        status=409,
        code="lock_timeout",
    )


def other_parameters(key: str) -> StripeRefusal:
    """Return the answer to an idempotency key that was first used with other parameters."""
    return StripeRefusal(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a "
        f"key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )
