"""The baseline: the invitation page in bare Kivy: same picture, words, faces and buttons.

Prints READY on its first frame, like the kiosk tells READY=1 to its service manager; then stays.
"""

import os
import sys
from pathlib import Path

home, faces = Path(sys.argv[1]), Path(sys.argv[2])
os.environ |= {
    "KIVY_HOME": str(home), "KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON",
    "SDL_VIDEODRIVER": "offscreen",
}  # fmt: skip

from kivy.config import Config  # noqa: E402

for key, value in {"width": 1080, "height": 1920, "multisamples": 0, "maxfps": 60}.items():
    Config.set("graphics", key, str(value))

from kivy.app import App  # noqa: E402
from kivy.clock import Clock  # noqa: E402
from kivy.uix.boxlayout import BoxLayout  # noqa: E402
from kivy.uix.button import Button  # noqa: E402
from kivy.uix.image import Image  # noqa: E402
from kivy.uix.label import Label  # noqa: E402

ART = Path(__file__).parents[1] / "kiosk/screens/art/png"
BOLD, REGULAR = str(faces / "sc-bold.otf"), str(faces / "sc-regular.otf")


class Bare(App):
    def build(self) -> BoxLayout:
        page = BoxLayout(orientation="vertical")
        page.add_widget(Image(source=str(ART / "attract.png"), size_hint_y=3))
        page.add_widget(Label(text="示例生活馆", font_name=BOLD, font_size=36))
        page.add_widget(Label(text="3 号机", font_name=REGULAR, font_size=30))
        page.add_widget(Label(text="请刷会员卡", font_name=BOLD, font_size=132))
        page.add_widget(Label(text="查积分、兑礼品、取礼品券", font_name=REGULAR, font_size=44))
        for row in (
            ("先逛逛礼品",),
            ("简体中文", "繁體中文", "English"),
            ("读卡区在屏幕下方",),
            ("呼叫店员",),
        ):
            line = BoxLayout()
            for text in row:
                line.add_widget(Button(text=text, font_name=BOLD, font_size=44, background_normal=""))
            page.add_widget(line)
        Clock.schedule_once(lambda _dt: Clock.schedule_once(lambda _dt: print("READY", flush=True)))
        return page


Bare().run()
