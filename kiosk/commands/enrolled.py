"""Whether this kiosk was taken in by head office, and whether its settings agree. Cheap: every start asks."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.offline.identity import FILE, IdentityUnusable, Place, enrolled_place
from kiosk.settings import Settings


def gap(settings: Settings) -> str:
    """Why this kiosk cannot start yet, and what to do; '' if nothing is missing."""
    try:
        place = enrolled_place(Path(settings.state.dir) / FILE)
    except IdentityUnusable as trouble:
        return str(trouble)
    if place is None:
        return (
            "This kiosk is not enrolled yet. At head office, make a code:\n"
            f"    python -m kiosk.hub code --config hub.toml"
            f" --store {settings.device.store} --kiosk {settings.device.kiosk}\n"
            "and here, give it:  kioskctl enrol CONFIG CODE"
        )
    wrong = tuple(differing(settings, place))
    if not wrong:
        return ""
    return "\n".join(("Head office enrolled this kiosk otherwise; its settings must say:", *wrong))


def differing(settings: Settings, place: Place) -> Iterator[str]:
    """The settings that do not say what head office said."""
    if not place.device:
        return  # enrolled without being told where: a demo
    told = {"id": place.device, "store": place.store, "kiosk": place.kiosk, "zone": place.zone}
    wrong = {name: value for name, value in told.items() if getattr(settings.device, name) != value}
    if wrong:
        yield "[device]"
    yield from (f'{name} = "{value}"' for name, value in wrong.items())
