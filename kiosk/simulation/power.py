"""The plug: at any step a kiosk may go dark. Steps are counted where the outside world begins."""


class PowerCut(BaseException):
    """The kiosk's power is gone. Not an Exception: nothing in a kiosk survives to handle it."""


class Fuse:
    """Burns after a number of steps; unarmed it never does."""

    def __init__(self) -> None:
        self.left: int | None = None

    def arm(self, steps: int) -> None:
        """The power goes at the `steps`-th step from now."""
        self.left = steps

    def step(self) -> None:
        """One step; PowerCut when the fuse has burnt down."""
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise PowerCut
