"""Where everything of one demo lies: one private folder."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SOCKET_PATH_MAX = 107


class PathTooLong(ValueError):
    """UNIX sockets cannot have addresses this long."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folder of one demo, and what lies where in it."""

    root: Path

    @property
    def hub(self) -> Path:
        """The hub's own state."""
        return self.root / "hub"

    @property
    def kiosk(self) -> Path:
        """The kiosk's own state: journal, keys, replica."""
        return self.root / "kiosk"

    @property
    def cards(self) -> Path:
        """The private pcscd's folder."""
        return self.root / "cards"

    @property
    def purse(self) -> Path:
        """The memory of the member card with a purse."""
        return self.cards / "purse"

    @property
    def purse_keys(self) -> Path:
        """The kiosk's keys of purses."""
        return self.root / "purse-keys.toml"

    @property
    def scanner(self) -> Path:
        """The bar code scanner's device, while it is plugged in."""
        return self.root / "scanner.tty"

    @property
    def swipe(self) -> Path:
        """The swipe reader's device, while it is plugged in."""
        return self.root / "swipe.tty"

    @property
    def wedge(self) -> Path:
        """The keyboard wedge's device, while it is plugged in."""
        return self.root / "wedge.keys"

    @property
    def papers(self) -> Path:
        """What the printer printed, one picture a voucher."""
        return self.root / "papers"

    @property
    def shots(self) -> Path:
        """Pictures of the screen."""
        return self.root / "screenshots"

    @property
    def clock(self) -> Path:
        """The clock that everybody reads."""
        return self.root / "clock"

    @property
    def device(self) -> Path:
        """What the kiosk shows the hub to be enrolled."""
        return self.root / "device.json"

    def config(self, who: str) -> Path:
        """The settings file of hub or kiosk."""
        return self.root / f"{who}.toml"

    def control(self, who: str) -> Path:
        """The control socket of cards | printer | scanner | swipe | wedge | network | pilot."""
        return self.cards / "cards.sock" if who == "cards" else self.root / f"{who}.sock"

    def ready(self, who: str) -> Path:
        """The file that says that a part is ready, and often on which port."""
        return self.root / f"{who}.ready"

    def log(self, who: str) -> Path:
        """What a part wrote while it ran."""
        return self.root / "logs" / f"{who}.log"

    def lay_out(self) -> None:
        """Make the folders, for this user only. PathTooLong: sockets would not fit."""
        if len(str(self.cards / "pcscd.comm.socket").encode()) > _SOCKET_PATH_MAX:
            raise PathTooLong(f"{self.root}: too long a path for sockets, choose a shorter --state")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.hub, self.kiosk, self.cards, self.papers, self.shots, self.root / "logs"):
            folder.mkdir(mode=0o700, exist_ok=True)


def fresh() -> Places:
    """A new folder that nobody else can look into."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    above = runtime if runtime and os.access(runtime, os.W_OK) else tempfile.gettempdir()
    return Places(Path(tempfile.mkdtemp(prefix="kiosk-demo-", dir=above)))
