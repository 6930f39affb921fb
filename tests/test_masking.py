"""Personal data is masked, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.masking import masked


@pytest.mark.parametrize(("text", "wanted"), [
    ("打我电话13812345678吧", "打我电话〔手机号〕吧"),
    ("手机 138-1234-5678", "手机 〔手机号〕"),
    ("手机 138 1234 5678。", "手机 〔手机号〕。"),
    ("电话+86 13812345678", "电话〔手机号〕"),
    ("１３８１２３４５６７８", "〔手机号〕"),
    ("座机010-88886666", "座机〔座机号〕"),
    ("身份证11010519491231002X", "身份证〔身份证号〕"),
    ("身份证号 440524188001010014，", "身份证号 〔身份证号〕，"),
    ("卡号6222021234567890128", "卡号〔银行卡号〕"),
    ("卡号 4111 1111 1111 1111", "卡号 〔银行卡号〕"),
    ("邮箱 li.si+x@mail.example.com.cn", "邮箱 〔邮箱〕"),
    ("寄到北京市朝阳区建国路88号院3号楼1201室", "〔地址〕"),
    ("我住浙江省杭州市西湖区文三路259号", "〔地址〕"),
    ("地址：幸福里小区东门驿站旁", "地址〔地址〕"),
    ("姓名：王小明，电话13812345678", "姓名〔姓名〕，电话〔手机号〕"),
    ("收件人是欧阳娜娜", "收件人〔姓名〕"),
    ("我叫张三，买了台灯", "我叫〔姓名〕，买了台灯"),
    ("My name is Anna Smith and I", "My name is 〔name〕 and I"),
])  # fmt: skip
def test_personal_data_becomes_its_kind(text, wanted):
    assert masked(text) == wanted


@pytest.mark.parametrize("text", [
    "打12315投诉，客服400-820-8820不接", "花了13812.50元", "订单号 202403151234567890123", "2024年3月15日",
    "依《民法典》第一千一百九十八条", "价格1999元，赔5997元", "单号SF1380000000000", "编号11010519491231002",
    "商家在北京市朝阳区", "平台不提供商家的姓名和地址", "收件人不在家", "我叫了客服", "我叫外卖", "my name was misspelt", "1234567890123456",
])  # fmt: skip
def test_what_is_not_personal_stays(text):
    assert masked(text) == text


@given(st.text(alphabet="0123456789 -Xx@.市区路号姓名：张三abc", max_size=60))
def test_masking_twice_changes_nothing_more(text):
    assert masked(masked(text)) == masked(text)
