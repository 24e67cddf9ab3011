"""Tracks and cards that others published, and where."""

BITS: tuple[tuple[int, str, str, str], ...] = (
    # track, text, bits of sentinels and characters, bits of the LRC
    (2, "1", "11010 10000 11111", "10101"),  # ISO/IEC 7811-2: worked by hand from its tables
    # ISO/IEC 7811-2, table of the 4-bit set: every digit once; the LRC by its rule, columns made even
    (2, "0123456789", "11010 00001 10000 01000 11001 00100 10101 01101 11100 00010 10011 11111", "10101"),
    (3, "1", "11010 10000 11111", "10101"),
    # ISO/IEC 7811-2, table of the 6-bit set: A is 100001 and parity 1, B 010001 and parity 1
    (1, "AB", "1010001 1000011 0100011 1111100", "1001100"),
)

BANK_CARDS: tuple[tuple[str, str, str], ...] = (
    # Numbers that card schemes publish for tests; they belong to nobody. Layout of ISO/IEC 7813, 4909.
    ("%B4111111111111111^DOE/JANE^30121011000?", ";4111111111111111=30121011000?", ""),
    ("", ";4111111111111111=30121011000?", ""),
    ("%B4111111111111111^DOE/JANE^30121011000?", "", ""),
    ("%B4111 1111 1111 1111^DOE/JANE^3012101?", "", ""),
    ("", ";5555555555554444=2506101?", ""),
    ("", ";378282246310005=3001101?", ""),  # 15 digits
    ("", ";30569309025904=3001101?", ""),  # 14 digits
    ("", ";6205500000000000004=30121011000?", ""),  # 19 digits
    ("", ";4111111111111111==101?", ""),  # no date: a second separator stands for it
    ("", "", ";994111111111111111=1561560500050001?"),  # ISO/IEC 4909, track 3 alone
    ("", "", "+014111111111111111=1561560?"),
    ("%B4111111111111112^DOE/JANE^3012101?", "", ""),  # format code B is the banks', Luhn or not
    ("%M6600000001^?", ";4111111111111111=3012101?", ""),
    ("%E?", ";E?", ";994111111111111111=156?"),
)

MEMBER_CARDS: tuple[tuple[tuple[str, str, str], bytes], ...] = (
    (("", ";6600000001?", ""), b"6600000001"),
    (("%M6600000001^ZHANG/WEI?", ";6600000001=99?", ""), b"6600000001"),
    (("%M6600000001^ZHANG/WEI?", "", ""), b"6600000001"),
    (("%6600000001?", "", ""), b"6600000001"),
    (("", "", "+6600000001?"), b"6600000001"),
    (("", ";6600000001?", ";E?"), b"6600000001"),  # track 2 decides; what comes later may be damaged
    (("%B6600000001^ZHANG/WEI^3012?", "", ""), b"6600000001"),  # too short for a bank's
    (("", ";6600000000000002=3012101?", ""), b"6600000000000002"),  # sixteen digits, but no Luhn digit
    (("", ";4111111111111111=9913?", ""), b"4111111111111111"),  # there is no thirteenth month
    (("", ";123456?", ""), b"123456"),
    (("", ";1234567890123456789?", ""), b"1234567890123456789"),
)
