"""The one error a request to head office ends with: nothing was changed, and the code says why."""


class Declined(Exception):
    """A request not carried out. `status` is the HTTP status, `code` is stable, `detail` is for people.

    `retry_after_s` says when asking again makes sense, where that is known; whole seconds.
    """

    def __init__(self, status: int, code: str, detail: str, retry_after_s: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
