"""The MIFARE application directory (AN10787): which application lies in which sector. Pure.

MAD1 fills blocks 1 and 2 and lists sectors 1 to 15; MAD2 fills sector 16 of a 4K card and lists 17 to 39.
"""

from dataclasses import dataclass, replace

from kiosk.hardware.cards.apdu import CardGarbled

READ_KEY = bytes.fromhex("A0A1A2A3A4A5")
"""The public key A with which everybody reads a directory."""

FREE = 0x0000

HAS_DIRECTORY = 0x80
VERSION_1 = HAS_DIRECTORY | 0x40 | 0x01
"""The general purpose byte of sector 0: there is a directory, for several applications, version 1."""
VERSION_2 = HAS_DIRECTORY | 0x40 | 0x02

MAD1_SECTORS = range(1, 16)
MAD2_SECTORS = range(17, 40)
_POLYNOMIAL, _PRESET = 0x1D, 0xC7


class DirectoryDamaged(CardGarbled):
    """The card's directory does not hold; whose sectors are whose cannot be told."""


def check_byte(data: bytes) -> int:
    """CRC-8 of AN10787: x^8+x^4+x^3+x^2+1, preset C7."""
    crc = _PRESET
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory: an application (cluster, code: two bytes, FREE for none) for each of its sectors."""

    sectors: range
    applications: tuple[int, ...]
    info: int = 0

    @classmethod
    def empty(cls, sectors: range = MAD1_SECTORS) -> "Directory":
        """Nothing is registered."""
        return cls(sectors, (FREE,) * len(sectors))

    @classmethod
    def parse(cls, data: bytes, sectors: range = MAD1_SECTORS) -> "Directory":
        """Out of 32 (MAD1) or 48 bytes (MAD2); DirectoryDamaged, CardGarbled."""
        if len(data) != 2 + 2 * len(sectors):
            raise CardGarbled(f"{len(data)} bytes of directory")
        if check_byte(data[1:]) != data[0]:
            raise DirectoryDamaged("its check byte does not hold")
        return cls.unchecked(data, sectors)

    @classmethod
    def unchecked(cls, data: bytes, sectors: range = MAD1_SECTORS) -> "Directory":
        """What stands there, whether its check byte holds or not."""
        pairs = (int.from_bytes(data[at : at + 2], "little") for at in range(2, len(data), 2))
        return cls(sectors, tuple(pairs), data[1])

    @property
    def data(self) -> bytes:
        """As it stands on the card."""
        body = bytes((self.info,)) + b"".join(one.to_bytes(2, "little") for one in self.applications)
        return bytes((check_byte(body),)) + body

    def find(self, application: int) -> tuple[int, ...]:
        """The sectors of an application, in order."""
        return tuple(
            sector for sector, one in zip(self.sectors, self.applications, strict=True) if one == application
        )

    def register(self, application: int, sectors: tuple[int, ...]) -> "Directory":
        """With these sectors given to the application; ValueError for a sector that another one has."""
        listed = dict(zip(self.sectors, self.applications, strict=True))
        for sector in sectors:
            if listed.get(sector) not in (FREE, application):
                raise ValueError(f"sector {sector} is not free")
            listed[sector] = application
        return replace(self, applications=tuple(listed.values()))
