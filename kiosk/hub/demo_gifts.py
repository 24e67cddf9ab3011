"""The demo shop's shelf, in order of pictures: names in three scripts, category, points, pieces."""

SHELF: tuple[tuple[str, str, str, str, int, int], ...] = (
    ("白茶香氛蜡烛", "白茶香氛蠟燭", "White tea candle", "fragrance", 2800, 24),
    ("玫瑰护手霜", "玫瑰護手霜", "Rose hand cream", "skincare", 980, 60),
    ("月白帆布袋", "月白帆布袋", "Canvas tote", "living", 1200, 40),
    ("随行保温杯", "隨行保溫杯", "Travel tumbler", "living", 4600, 18),
    ("桂花手工皂", "桂花手工皂", "Osmanthus soap", "skincare", 680, 80),
    ("青瓷马克杯", "青瓷馬克杯", "Celadon mug", "living", 2200, 30),
    ("白瓷茶壶", "白瓷茶壺", "Porcelain teapot", "living", 9800, 6),
    ("晴雨伞", "晴雨傘", "Folding umbrella", "living", 3600, 20),
    ("栀子淡香水", "梔子淡香水", "Gardenia perfume", "fragrance", 16000, 4),
    ("布面笔记本", "布面筆記本", "Cloth notebook", "living", 900, 50),
    ("精梳棉袜", "精梳棉襪", "Combed cotton socks", "living", 500, 100),
    ("长绒棉毛巾", "長絨棉毛巾", "Long-staple towel", "living", 1500, 36),
    ("月光小夜灯", "月光小夜燈", "Bedside lamp", "living", 5800, 0),
    ("桌面绿植", "桌面綠植", "Desk plant", "living", 800, 12),
    ("明前龙井茶罐", "明前龍井茶罐", "Longjing tea tin", "living", 6800, 10),
    ("原木筷子套装", "原木筷子套裝", "Wooden chopsticks set", "living", 1100, 45),
    ("亚麻抱枕", "亞麻抱枕", "Linen cushion", "living", 1600, 16),
    ("手持化妆镜", "手持化妝鏡", "Hand mirror", "skincare", 1600, 28),
    ("檀木梳", "檀木梳", "Sandalwood comb", "skincare", 2600, 1),
    ("雪松藤条香薰", "雪松藤條香薰", "Cedar reed diffuser", "fragrance", 5200, 14),
    ("蜂蜜润唇膏", "蜂蜜潤唇膏", "Honey lip balm", "skincare", 480, 90),
    ("黄铜钥匙扣", "黃銅鑰匙扣", "Brass keyring", "living", 300, 120),
    ("20 元礼券", "20 元禮券", "¥20 voucher", "vouchers", 2000, 200),
    ("50 元礼券", "50 元禮券", "¥50 voucher", "vouchers", 5000, 100),
)

MONEY: dict[str, tuple[int, int, bool]] = {
    "G14": (990, 0, False),
    "G17": (2990, 0, True),
    "G21": (0, 0, True),
    "G23": (0, 2000, False),
    "G24": (0, 5000, False),
}
"""Gift -> cents due beside its points, cents that it is worth as a cash voucher, whether it is a special."""
