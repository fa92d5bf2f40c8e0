"""A class in real browsers: several people at once, each in a space of their own."""

from classroom import CLASS_SETTINGS
from playwright.sync_api import expect
from visitor import OpenTab, go_to, open_sample, settle

LAB_SETTINGS = CLASS_SETTINGS


def test_what_one_opens_is_not_open_for_another(open_tab: OpenTab) -> None:
    ada, ben = open_tab("data", person="Ada"), open_tab("data", person="Ben")
    open_sample(ada)

    go_to(ben, "Home")
    go_to(ben, "Data")
    settle(ben)

    expect(ben.get_by_role("heading", name="MNIST sample")).to_have_count(0)
