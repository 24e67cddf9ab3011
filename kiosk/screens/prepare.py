"""What must be said before Kivy is imported: where it lives, what it may read, how the window is made."""

import os
import sys
from pathlib import Path


class KivyIsAwake(Exception):
    """Kivy was imported before it was prepared; its settings can no longer be chosen."""


def prepare(
    home: Path, size: tuple[int, int], full_screen: bool = False, touch_device: str = "", fps: int = 60
) -> None:
    """Settle Kivy's surroundings.

    `home` is a private directory, `touch_device` e.g. /dev/input/event3, `fps` 0 means no limit.
    """
    if "kivy" in sys.modules:
        raise KivyIsAwake
    home.mkdir(parents=True, exist_ok=True)
    os.environ["KIVY_HOME"] = str(home)
    os.environ["KIVY_NO_ARGS"] = "1"
    os.environ["KIVY_NO_FILELOG"] = "1"
    os.environ["KIVY_LOG_MODE"] = "PYTHON"
    from kivy.config import Config

    width, height = size
    settings: dict[str, dict[str, object]] = {
        "graphics": {
            "width": width,
            "height": height,
            "multisamples": 0,
            "fullscreen": "auto" if full_screen else 0,
            "borderless": int(full_screen),
            "resizable": 0,
            "show_cursor": int(not full_screen),
            "maxfps": fps,
        },
        "kivy": {"exit_on_escape": 0, "keyboard_mode": "system", "desktop": 0, "log_level": "warning"},
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, str(value))
    # Two providers for one finger would be two touches: exactly one is named.
    Config.remove_section("input")
    Config.add_section("input")
    if touch_device:
        Config.set("input", "panel", f"hidinput,{touch_device}")
    else:
        Config.set("input", "mouse", "mouse,disable_multitouch")
