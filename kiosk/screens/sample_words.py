"""The words of the sample views, in three languages."""

SENTENCES = {
    "ease_button": (
        "更易使用",
        "更易使用",
        "Easier to use",
    ),
    "ease_title": (
        "怎样用更方便？",
        "怎樣用更方便？",
        "What would make this easier?",
    ),
    "ease_sentence": (
        "只在这一次有效，不会记下您的任何信息。",
        "只在這一次有效，不會記下您的任何資訊。",
        "For this visit only. Nothing is kept about you.",
    ),
    "ease_large_text": (
        "大字",
        "大字",
        "Larger text",
    ),
    "ease_low_reach": (
        "按键都在低处",
        "按鍵都在低處",
        "Everything within low reach",
    ),
    "ease_high_contrast": (
        "高对比度",
        "高對比度",
        "Stronger contrast",
    ),
    "ease_less_motion": (
        "减少动画",
        "減少動畫",
        "Less movement",
    ),
    "ease_on": (
        "开",
        "開",
        "on",
    ),
    "ease_off": (
        "关",
        "關",
        "off",
    ),
    "ease_done": (
        "完成",
        "完成",
        "Done",
    ),
    "shop": (
        "示例生活馆",
        "示例生活館",
        "Example Living Store",
    ),
    "kiosk": (
        "3 号机",
        "3 號機",
        "Kiosk 3",
    ),
    "time": (
        "14:33",
        "14:33",
        "14:33",
    ),
    "back": (
        "返回",
        "返回",
        "Back",
    ),
    "staff": (
        "呼叫店员",
        "呼叫店員",
        "Call staff",
    ),
    "leave": (
        "退出",
        "退出",
        "Exit",
    ),
    "offline": (
        "网络暂时不通，您的积分都在。",
        "網路暫時不通，您的點數都在。",
        "No network right now. Your points are safe.",
    ),
    "busy": (
        "正在查询您的会员卡",
        "正在查詢您的會員卡",
        "Looking up your member card",
    ),
    "busy_note": (
        "请稍候，最多几秒钟。",
        "請稍候，最多幾秒鐘。",
        "One moment please, this takes a few seconds at most.",
    ),
    "invitation": (
        "请刷会员卡",
        "請感應會員卡",
        "Please tap your member card",
    ),
    "invitation_note": (
        "查积分、兑礼品、领礼品券",
        "查點數、兌禮品、領禮品券",
        "See your points, choose a gift, take your voucher",
    ),
    "reader": (
        "读卡区在屏幕下方",
        "讀卡區在螢幕下方",
        "The card reader is below the screen",
    ),
    "browse": (
        "先逛逛礼品",
        "先逛逛禮品",
        "Browse the gifts",
    ),
    "greeting": (
        "张*伟，下午好",
        "張*偉，午安",
        "Good afternoon, Alexandra W***",
    ),
    "gold": (
        "金卡",
        "金卡",
        "Gold",
    ),
    "diamond": (
        "钻石卡",
        "鑽石卡",
        "Diamond",
    ),
    "member": (
        "会员卡",
        "會員卡",
        "Member",
    ),
    "tail": (
        "卡号尾号 6620",
        "卡號末四碼 6620",
        "Card ending 6620",
    ),
    "points_label": (
        "可用积分",
        "可用點數",
        "Points to spend",
    ),
    "balance": (
        "余额",
        "餘額",
        "Balance",
    ),
    "as_of": (
        "数据截至 14:32",
        "資料截至 14:32",
        "As of 14:32",
    ),
    "progress": (
        "再积 2,520 分，升级钻石卡",
        "再累積 2,520 點，升級鑽石卡",
        "2,520 more points to reach Diamond",
    ),
    "expiring": (
        "680 分将在 12 月 31 日到期",
        "680 點將於 12 月 31 日到期",
        "680 points expire on 31 December 2026",
    ),
    "today_title": ("今日专享", "今日專享", "For you today"),
    "today_gift": (
        "送您一份礼：明前龙井茶罐",
        "送您一份禮：明前龍井茶罐",
        "A gift for you: Longjing tea tin",
    ),
    "today_note": (
        "生日礼 · 有效期至 12月9日",
        "生日禮 · 有效期至 12月9日",
        "Birthday gift · good until 9 December",
    ),
    "today_reach": ("有 22 款礼品可兑换", "有 22 款禮品可兌換", "22 gifts within your points"),
    "history_title": (
        "最近记录",
        "最近紀錄",
        "Latest activity",
    ),
    "history_empty": (
        "还没有记录，第一次消费后就会出现在这里。",
        "還沒有紀錄，第一次消費後就會出現在這裡。",
        "Nothing here yet. Your first purchase will appear here.",
    ),
    "history": (
        "积分明细",
        "點數明細",
        "Points history",
    ),
    "redeem": (
        "兑换礼品",
        "兌換禮品",
        "Choose a gift",
    ),
    "where": (
        "南京路店",
        "南京路店",
        "Nanjing Road store",
    ),
    "bought": (
        "购物积分",
        "購物點數",
        "Points from a purchase",
    ),
    "redeemed": (
        "兑换 白茶香氛蜡烛",
        "兌換 白茶香氛蠟燭",
        "Gift: White tea scented candle",
    ),
    "bonus": (
        "生日积分",
        "生日點數",
        "Birthday points",
    ),
    "shelf": (
        "礼品架",
        "禮品架",
        "Gift shelf",
    ),
    "count": (
        "共 14 件",
        "共 14 件",
        "14 gifts",
    ),
    "reach": (
        "我能兑换的",
        "我能兌換的",
        "Within reach",
    ),
    "off": (
        "关",
        "關",
        "off",
    ),
    "on": (
        "开",
        "開",
        "on",
    ),
    "unit": (
        "分",
        "點",
        "points",
    ),
    "gift_1": (
        "白茶香氛蜡烛",
        "白茶香氛蠟燭",
        "White tea scented candle",
    ),
    "gift_2": (
        "玫瑰护手霜",
        "玫瑰護手霜",
        "Rose hand cream",
    ),
    "gift_3": (
        "月白帆布袋",
        "月白帆布袋",
        "Moon white canvas tote bag",
    ),
    "gift_4": (
        "随行保温杯",
        "隨行保溫杯",
        "Travel tumbler",
    ),
    "in_stock": (
        "库存充足",
        "庫存充足",
        "In stock",
    ),
    "two_left": (
        "仅剩 2 件",
        "僅剩 2 件",
        "Only 2 left",
    ),
    "short": (
        "还差 3,520 分",
        "還差 3,520 點",
        "3,520 points to go",
    ),
    "tab_0": (
        "全部",
        "全部",
        "All",
    ),
    "tab_1": (
        "护肤",
        "護膚",
        "Skin care",
    ),
    "tab_2": (
        "香氛",
        "香氛",
        "Fragrance",
    ),
    "tab_3": (
        "生活",
        "生活",
        "Home",
    ),
    "tab_4": (
        "礼券",
        "禮券",
        "Vouchers",
    ),
    "shelf_empty": (
        "这里暂时没有。看看全部礼品，挑一件攒积分吧。",
        "這裡暫時沒有。看看全部禮品，挑一件累積點數吧。",
        "Nothing here yet. Look at all gifts to see what to save for.",
    ),
    "page": (
        "第 1 页，共 4 页",
        "第 1 頁，共 4 頁",
        "Page 1 of 4",
    ),
    "first_page": (
        "已是首页",
        "已是首頁",
        "First page",
    ),
    "last_page": (
        "已是末页",
        "已是末頁",
        "Last page",
    ),
    "next": (
        "下一页",
        "下一頁",
        "Next",
    ),
    "previous": (
        "上一页",
        "上一頁",
        "Previous",
    ),
    "confirm_title": (
        "确认兑换",
        "確認兌換",
        "Confirm your gift",
    ),
    "quantity": (
        "数量 1 件",
        "數量 1 件",
        "Quantity 1",
    ),
    "pickup": (
        "取券后到服务台领取",
        "取券後到服務台領取",
        "Collect it at the service desk with your voucher",
    ),
    "before": (
        "现有积分",
        "現有點數",
        "Points now",
    ),
    "cost": (
        "本次使用",
        "本次使用",
        "This gift",
    ),
    "after": (
        "兑换后剩余",
        "兌換後剩餘",
        "Points after",
    ),
    "pin": (
        "会员密码",
        "會員密碼",
        "Member PIN",
    ),
    "pin_hint": (
        "请用手遮挡，店员不会询问您的密码",
        "請用手遮擋，店員不會詢問您的密碼",
        "Cover the pad with your hand. Staff never ask for your PIN.",
    ),
    "pin_wrong": (
        "密码不对，还可以再试 2 次。",
        "密碼不對，還可以再試 2 次。",
        "That PIN is not right. You can try 2 more times.",
    ),
    "clear": (
        "清除",
        "清除",
        "Clear",
    ),
    "backspace": (
        "退格",
        "退格",
        "Delete",
    ),
    "cancel": (
        "取消",
        "取消",
        "Cancel",
    ),
    "confirm": (
        "确认，使用 3,600 分",
        "確認，使用 3,600 點",
        "Confirm and use 3,600 points",
    ),
    "voucher_title": (
        "请取走礼品券",
        "請取走禮品券",
        "Please take your voucher",
    ),
    "voucher_note": (
        "兑换成功，已使用 3,600 分，剩余 8,880 分",
        "兌換成功，已使用 3,600 點，剩餘 8,880 點",
        "Done. You used 3,600 points and have 8,880 left.",
    ),
    "step_1": (
        "从屏幕下方出券口取券",
        "從螢幕下方出券口取券",
        "Take the voucher from the slot below the screen",
    ),
    "step_1_note": (
        "券号 8K27 4416，屏幕与券面一致",
        "券號 8K27 4416，螢幕與券面一致",
        "Voucher 8K27 4416, the same on screen and paper",
    ),
    "step_2": (
        "到一楼服务台出示",
        "到一樓服務台出示",
        "Show it at the service desk on the first floor",
    ),
    "step_2_note": (
        "店员扫码后交付礼品",
        "店員掃碼後交付禮品",
        "Our staff scan it and hand you the gift",
    ),
    "step_3": (
        "12 月 31 日前领取",
        "12 月 31 日前領取",
        "Collect it by 31 December 2026",
    ),
    "step_3_note": (
        "没打印清楚也可以凭券号领取",
        "沒列印清楚也可以憑券號領取",
        "If the print is unclear, the number is enough",
    ),
    "leaving": (
        "秒后自动退出，并清除屏幕信息",
        "秒後自動退出，並清除螢幕資訊",
        "seconds until this screen closes and is cleared",
    ),
    "stay": (
        "继续使用",
        "繼續使用",
        "Keep using",
    ),
    "taken": (
        "已取券，完成",
        "已取券，完成",
        "I have it, finish",
    ),
    "printer_title": (
        "积分已为您保留",
        "點數已為您保留",
        "Your points are being kept for you",
    ),
    "printer_note": (
        "打印机没有回应，暂时不能确定券是否打好。",
        "印表機沒有回應，暫時不能確定券是否印好。",
        "The printer did not answer, so we cannot tell yet whether your voucher came out.",
    ),
    "printer_points": (
        "这 3,600 分先为您留着，核对清楚前不会扣除。",
        "這 3,600 點先為您留著，核對清楚前不會扣除。",
        "We hold the 3,600 points until this is cleared up. They are not lost.",
    ),
    "code_label": (
        "处理码（店员凭此查询）",
        "處理碼（店員憑此查詢）",
        "Case code (for our staff)",
    ),
    "code_fact": (
        "14:33",
        "14:33",
        "14:33",
    ),
    "question": (
        "出券口里有券吗？",
        "出券口裡有券嗎？",
        "Is there a voucher in the slot?",
    ),
    "yes": (
        "有，拿到了",
        "有，拿到了",
        "Yes, I have it",
    ),
    "yes_note": (
        "完成兑换",
        "完成兌換",
        "Completes the exchange",
    ),
    "no": (
        "没有",
        "沒有",
        "No",
    ),
    "no_note": (
        "店员核对后原数退回",
        "店員核對後原數退回",
        "Staff check, then the points go back",
    ),
    "come": (
        "请店员过来",
        "請店員過來",
        "Ask staff to come",
    ),
    "reassurance": (
        "不选也可以离开：店员会核对，积分不会丢。",
        "不選也可以離開：店員會核對，點數不會丟。",
        "You may also just leave: our staff will check, and no points are lost.",
    ),
    "bell_title": (
        "店员马上就来",
        "店員馬上就來",
        "Our staff are on their way",
    ),
    "bell_note": (
        "请在屏幕旁稍候。",
        "請在螢幕旁稍候。",
        "Please wait beside the screen.",
    ),
    "card_title": (
        "这张卡已挂失",
        "這張卡已掛失",
        "This card was reported lost",
    ),
    "card_note": (
        "如果卡片已经找回，请到服务台解除挂失。",
        "如果卡片已經找回，請到服務台解除掛失。",
        "If you have found it again, our service desk can lift the block.",
    ),
    "lock_title": (
        "密码暂时锁定",
        "密碼暫時鎖定",
        "Your PIN is locked for now",
    ),
    "lock_note": (
        "密码连续输错了几次。请带身份证件到服务台重设。",
        "密碼連續輸錯了幾次。請帶身分證件到服務台重設。",
        "The PIN was wrong several times. Our service desk can reset it; please bring an identity document.",
    ),
    "network_title": (
        "这件礼品要等网络恢复",
        "這件禮品要等網路恢復",
        "This gift needs the network",
    ),
    "network_note": (
        "网络恢复后就可以兑换，其他礼品现在也能看。",
        "網路恢復後就可以兌換，其他禮品現在也能看。",
        "You can choose it as soon as the network is back. Other gifts can be seen now.",
    ),
    "shelf_title": (
        "这件礼品刚刚换完",
        "這件禮品剛剛換完",
        "This gift has just run out",
    ),
    "shelf_note": (
        "看看别的礼品吧。",
        "看看別的禮品吧。",
        "Please look at the other gifts.",
    ),
    "gift_title": (
        "先刷会员卡",
        "請先感應會員卡",
        "Please tap your card first",
    ),
    "gift_note": (
        "刷卡后就能看到您能兑换什么。",
        "感應後就能看到您能兌換什麼。",
        "After that we can show you what is within reach.",
    ),
    "clock_title": (
        "本机正在休息",
        "本機正在休息",
        "This kiosk is resting",
    ),
    "clock_note": (
        "请到服务台办理，或稍后再来。",
        "請到服務台辦理，或稍後再來。",
        "Our service desk will gladly help you.",
    ),
    "safe": (
        "您的积分没有变动。",
        "您的點數沒有變動。",
        "Your points are unchanged.",
    ),
    "understood": (
        "知道了",
        "知道了",
        "I understand",
    ),
    "still_title": (
        "您还在使用吗？",
        "您還在使用嗎？",
        "Are you still there?",
    ),
    "still_note": (
        "15 秒后自动退出，屏幕上的个人信息会清除。积分和余额不受影响。",
        "15 秒後自動退出，螢幕上的個人資訊會清除。點數和餘額不受影響。",
        "In 15 seconds this screen closes and is cleared. Your points and balance stay as they are.",
    ),
    "leave_now": (
        "现在退出",
        "現在退出",
        "Exit now",
    ),
}
"""Key -> zh_CN, zh_TW, en."""

WORDS = {
    language: {key: said[place] for key, said in SENTENCES.items()}
    for place, language in enumerate(("zh_CN", "zh_TW", "en"))
}
