import pytest

from ntanalytics.cli import steps
from ntanalytics.cli.steps import Step, Steps


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(steps, "time", clock)
    return clock


def test_the_time_left_follows_the_pace_of_the_steps_before(clock: Clock, capsys: pytest.CaptureFixture[str]):
    three = Steps([Step("city", 10), Step("weekly", 20), Step("monthly", 30)])
    assert three.left_s() == 60
    with three.next():
        clock.now = 4.0
        assert three.left_s() == 56
        clock.now = 20.0  # twice as long as usual
        assert three.left_s() == 50  # its own pace is known at its end
    with three.next():
        assert three.left_s() == 100
        clock.now = 70.0
        assert three.left_s() == 60  # a step that takes longer has no time left, and no negative one
    heads = [line for line in capsys.readouterr().err.splitlines() if "/3 " in line]
    assert heads == ["1/3 city, about 1 min 0 s left in all", "2/3 weekly, about 1 min 40 s left in all"]


def test_a_step_tells_its_details_while_it_lasts(monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(steps, "PAUSE_S", 0.001)
    monkeypatch.setattr(steps, "_tell", told.append)
    with Steps([Step("city", 10)]).next() as show:
        show("web logs", 12000)
        while not any("web logs 12,000: 0 s passed" in text for text in told):
            pass
