"""What a form sends back as keys of rows."""

from core.keys import keys_of


def test_keys_keep_their_order_and_nonsense_is_left_out():
    assert keys_of(["12", "", "3", "-1", "²", "٣", "1.5", "9" * 16, "9" * 5000, "7"]) == [12, 3, 7]
