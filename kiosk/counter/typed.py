"""What comes in through the one field: a scanner types a code, a person types number and check code."""

import re
import unicodedata
from dataclasses import dataclass

from kiosk.membership.vouchers import CHECK_LENGTH, NotAVoucher, parse_qr
from kiosk.words import _

LONGEST = 512
NUMBER_LENGTH = 14
_BETWEEN = re.compile(r"[\s\-–—.,:;/]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """A voucher as it was typed or scanned; `hint` says what is missing, and then nothing is asked."""

    number: str = ""
    check: str = ""
    code: str = ""
    hint: str = ""


def read(text: str) -> Typed:
    """What the field says; wide characters of an input method and small letters mean the usual ones."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip("\r\n\t").upper()
    if not plain.strip():
        return Typed(hint=_("Scan a voucher, or type its number and check code."))
    try:
        return Typed(number=parse_qr(plain)[0].number, code=plain)  # a blank at its end belongs to a code
    except NotAVoucher:
        pass
    packed = _BETWEEN.sub("", plain)
    number, check = packed[:NUMBER_LENGTH], packed[NUMBER_LENGTH:]
    if not number.isdecimal() or len(packed) > NUMBER_LENGTH + CHECK_LENGTH:
        return Typed(hint=_("That is no voucher. Scan its code again, or type its number and check code."))
    if len(number) < NUMBER_LENGTH:
        return Typed(hint=_("The number has 14 digits. Some are missing."))
    if len(check) < CHECK_LENGTH:
        return Typed(hint=_("The check code has six characters: type it after the number."))
    return Typed(number=number, check=check)
