"""Sample views of the pages that many journeys share, in three languages. Long on purpose."""

from kiosk import events as ev
from kiosk import views
from kiosk.screens.sample_words import WORDS

SENTENCES = {
    "more": ("更多服务", "更多服務", "More services"),
    "what": ("您想做什么？", "您想做什麼？", "What would you like to do?"),
    "vouchers": ("我的礼品券", "我的禮品券", "My gift vouchers"),
    "waiting": ("3 张等您领取", "3 張等您領取", "3 waiting for you at the counter"),
    "checkin": ("今日签到", "今日簽到", "Today's check-in"),
    "open": ("今天可领 5 分", "今天可領 5 積分", "5 points today"),
    "friend": ("转赠积分给好友", "轉贈積分給好友", "Give points to a friend"),
    "draw": ("幸运抽奖", "幸運抽獎", "Lucky draw"),
    "events": ("店铺活动", "店鋪活動", "What is on in our store"),
    "survey": ("说说您的看法", "說說您的看法", "Tell us what you think"),
    "tea": ("初冬品茶会", "初冬品茶會", "Tea tasting at the beginning of winter"),
    "tea_note": ("12月6日 14:00 · 二楼茶室 · 免费", "12月6日 14:00 · 二樓茶室 · 免費",
                 "6 December, 14:00 · tea room, second floor · free"),
    "left": ("余 8 席", "餘 8 席", "8 seats"),
    "seal": ("集章卡：下午茶", "集章卡：下午茶", "Stamp card: afternoon tea"),
    "seal_note": ("再集 2 章得一份茶点", "再集 2 章得一份茶點", "2 more stamps bring you a pastry"),
    "look": ("查看", "查看", "Open"),
    "none": ("现在没有活动，下个月再来看看。", "現在沒有活動，下個月再來看看。",
             "Nothing is on now. Have a look again next month."),
    "how": ("今天在本店逛得怎么样？", "今天在本店逛得怎麼樣？", "How was your visit to our store today?"),
    "why": ("只有一题，答案只用来把店做得更好。", "只有一題，答案只用來把店做得更好。",
            "One question only. Your answer helps us to make the store better, nothing else."),
    "great": ("很满意", "很滿意", "Very good"),
    "fine": ("还可以", "還可以", "All right"),
    "slow": ("等得有点久", "等得有點久", "I waited rather long"),
    "found": ("没找到想要的", "沒找到想要的", "I did not find what I came for"),
    "later": ("以后再说", "以後再說", "Another time"),
    "send": ("提交", "送出", "Send my answer"),
    "page": ("第 1 页，共 2 页", "第 1 頁，共 2 頁", "Page 1 of 2"),
    "first": ("已是首页", "已是首頁", "First page"),
    "next": ("下一页", "下一頁", "Next"),
    "last": ("已是末页", "已是末頁", "Last page"),
    "p1": ("四款冬日老茶，由茶艺师现场冲泡讲解，每场一小时。会员免费，可带一位朋友。",
           "四款冬日老茶，由茶藝師現場沖泡講解，每場一小時。會員免費，可帶一位朋友。",
           "Four old teas, brewed and explained by our tea master. Free for members; bring a friend."),
    "p2": ("请在开始前十分钟到二楼茶室。座位不多，先到先得。",
           "請在開始前十分鐘到二樓茶室。座位不多，先到先得。",
           "Be there ten minutes early. Seats are few; who comes first sits first."),
    "print": ("打印一份", "列印一份", "Print this"),
}  # fmt: skip
_PLACES = {"zh_CN": 0, "zh_TW": 1, "en": 2}


class ServiceSamples:
    """Sample views of menus, listings, questions and articles in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str) -> str:
        """A word or sentence."""
        own = SENTENCES.get(key)
        return own[_PLACES[self.language]] if own else WORDS[self.language][key]

    def frame(self, offline: str = "") -> views.Frame:
        """What stands around."""
        foot: tuple[views.Foot, ...] = ("back", "staff", "leave")
        labels = tuple(self.say(place) for place in foot)
        return views.Frame(self.language, self.say("shop"), self.say("kiosk"), foot, labels, offline)

    def pages(self, count: int = 2) -> views.Pages:
        """The first of `count` pages."""
        return views.Pages(1, count, self.say("page"), self.say("first"), self.say("next"))

    def every(self) -> dict[str, views.View]:
        """Every sample by name."""
        return {
            "menu": self.menu(10),
            "menu_last": self.menu(10, 10),
            "menu_two": self.menu(2),
            "listing": self.listing(6, self.pages()),
            "listing_two": self.listing(2, self.pages(1)),
            "listing_none": self.listing(0, self.pages(1)),
            "question": self.question(4),
            "question_many": self.question(12),
            "article": self.article("gift_15"),
            "article_plain": self.article(""),
        }

    def menu(self, count: int, start: int = 1) -> views.Menu:
        """Services."""
        tiles = (
            self.tile("vouchers", "ticket", "waiting"),
            self.tile("checkin", "check", "open"),
            self.tile("friend", "user"),
            self.tile("draw", "draw"),
            self.tile("events", "list"),
            self.tile("survey", "info"),
        )
        frame = self.frame(self.say("offline"))
        words = views.Turning(*map(self.say, ("page", "first", "previous", "next", "last")))
        return views.Menu(frame, self.say("more"), self.say("what"), (tiles * 2)[:count], words, start)

    def tile(self, name: str, icon: str, note: str = "") -> views.Choice:
        """A service."""
        return views.Choice(
            self.say(name), ev.ServiceChosen(name), icon=icon, note=self.say(note) if note else ""
        )

    def listing(self, count: int, pages: views.Pages) -> views.Listing:
        """Activities."""
        tea = views.ListRow(
            self.say("tea"), self.say("tea_note"), self.say("left"), ev.RowChosen("tea"), self.say("look"),
            picture="gift_15",
        )  # fmt: skip
        seal = views.ListRow(self.say("seal"), self.say("seal_note"), "8 / 10", icon="check", dots=(8, 10))
        return views.Listing(
            frame=self.frame(),
            title=self.say("events"),
            sentence=self.say("what"),
            rows=((tea, seal) * 3)[:count],
            empty=self.say("none"),
            pages=pages,
        )

    def question(self, count: int) -> views.Question:
        """A survey; with many answers several can be chosen."""
        answers = ("great", "fine", "slow", "found") if count == 4 else ("great", "fine", "slow")
        options = tuple(
            views.Option(self.say(answers[n % len(answers)]), ev.OptionChosen("t", str(n)), chosen=n == 1)
            for n in range(count)
        )
        send = views.Choice(self.say("send"), ev.Submitted("t"), icon="check", primary=True)
        return views.Question(
            frame=self.frame(),
            title=self.say("how"),
            sentence=self.say("why"),
            options=options,
            submit=send if count > 4 else None,
            later=views.Choice(self.say("later"), ev.WentBack()),
        )

    def article(self, picture: str) -> views.Article:
        """An activity."""
        say = self.say
        return views.Article(
            frame=self.frame(),
            title=say("tea"),
            paragraphs=(say("tea_note"), say("p1"), say("p2")),
            pages=self.pages(1 if picture else 2),
            picture=picture,
            choices=(views.Choice(say("print"), ev.PrintAsked("tea"), icon="print"),),
        )
