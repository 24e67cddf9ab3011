"""PINs without the network, where policy allows it: argon2id against a verifier that is known here."""

from kiosk.ports import PinHolder

PIN_MAX = 12
KIB_MAX = 256 * 1024
TIME_MAX = 10


class SoftwarePin:
    """Implements ports.PinChecker. Whoever steals the disk can try PINs against what it holds."""

    def matches(self, holder: PinHolder, pin: str) -> bool:
        """Whether the PIN fits; never without a verifier, nor with one that asks for too much work."""
        from argon2 import PasswordHasher, extract_parameters
        from argon2.exceptions import Argon2Error, InvalidHashError

        if not holder.verifier or len(pin) > PIN_MAX:
            return False
        try:
            cost = extract_parameters(holder.verifier)
            if cost.memory_cost > KIB_MAX or cost.time_cost > TIME_MAX:
                return False
            return PasswordHasher().verify(holder.verifier, pin)
        except (Argon2Error, InvalidHashError):
            return False


class NoPin:
    """Implements ports.PinChecker where policy keeps PINs at head office."""

    def matches(self, holder: PinHolder, pin: str) -> bool:
        """Never."""
        del holder, pin
        return False
