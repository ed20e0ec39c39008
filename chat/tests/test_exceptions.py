import pytest

from chat.exceptions import DETAILS, ClientError, Close


@pytest.mark.parametrize("code", DETAILS)
def test_every_code_has_a_sentence(code):
    error = ClientError(code)
    assert (error.code, str(error)) == (code, code)
    assert str(error.detail).endswith(".")


def test_a_sentence_of_ones_own_is_said_instead():
    assert ClientError("MESSAGE_TOO_LONG", "By one letter.").detail == "By one letter."


def test_a_code_that_nobody_documented_is_no_code():
    with pytest.raises(KeyError):
        ClientError("SOMETHING_ELSE")


def test_close_codes_are_those_that_an_application_may_use():
    codes = [code for name, code in vars(Close).items() if name.isupper()]
    assert len(codes) == len(set(codes))
    assert all(3000 <= code <= 4999 for code in codes)
