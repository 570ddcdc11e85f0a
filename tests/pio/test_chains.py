"""Any program of moves, counts and jumps does the same in chains as instruction by instruction."""

# ruff: noqa: F821, B018
# mypy: disable-error-code="name-defined"
from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pio.pio_bench import MHZ, STEP_PIN, Bench

LENGTH = 9


def nine_pauses() -> None:
    wrap_target()
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    nop().side(0)
    wrap()


def word(major: int, args: st.SearchStrategy[int]) -> st.SearchStrategy[int]:
    """An instruction with any side-set and a short delay."""
    side, delay = st.sampled_from([0, 0, 0, 1]), st.sampled_from([0, 0, 1, 3])
    return st.builds(lambda s, d, arg: major << 13 | s << 12 | d << 8 | arg, side, delay, args)


JUMPS = st.builds(
    lambda c, t: c << 5 | t, st.sampled_from([0, 1, 2, 3, 4, 5, 7]), st.integers(0, 8)
)
OUTS = st.builds(lambda d, n: d << 5 | n, st.sampled_from([1, 2, 3]), st.integers(0, 9))
MOVES = st.builds(
    lambda d, op, s: d << 5 | op << 3 | s,
    st.sampled_from([1, 2, 6, 7]), st.integers(0, 2), st.sampled_from([1, 2, 3, 6, 7]),
)  # fmt: skip
SETS = st.builds(lambda d, v: d << 5 | v, st.sampled_from([1, 2]), st.integers(0, 31))
FIFOS = st.sampled_from([0x80, 0xA0, 0xE0, 0x00, 0x20, 0x60])
WORDS = st.one_of(
    word(0, JUMPS), word(0, JUMPS), word(3, OUTS), word(4, FIFOS), word(5, MOVES), word(7, SETS)
)


def loaded(fast: bool, words: list[int], right: int) -> tuple[Bench, Any]:
    """A bench with those words in a running machine."""
    bench = Bench(fast, sysclk_hz=MHZ)
    program = bench.program(nine_pauses, sideset_init=2, out_shiftdir=right)
    sm = bench.rp2.StateMachine(0, program, sideset_base=STEP_PIN)
    machine = bench.pios.machine(0)
    for address, bits in zip(machine.words, words, strict=True):
        moved = bits + machine.words.start if bits >> 13 == 0 else bits
        machine.block.patch(address, moved)
    sm.active(1)
    return bench, sm


def told(bench: Bench, sm: Any, cut_us: int, put: int) -> tuple[Any, ...]:
    """What the machine holds after so many more cycles, and the CPU's part in between."""
    if put and sm.tx_fifo() < 4:
        sm.put(put)
    bench.run_us(cut_us)
    m = bench.pios.machine(0)
    m.settle()
    cycle = None if m.stalled else m.cycle
    reports = [sm.get() for _ in range(sm.rx_fifo())] if put else []
    held = m.x, m.y, m.osr, m.osr_count, m.isr, m.isr_count, m.pc, cycle, m.stalled
    return *held, list(m.tx), list(m.rx), reports


@settings(max_examples=60)
@given(
    st.lists(WORDS, min_size=LENGTH, max_size=LENGTH),
    st.integers(0, 1),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 40)), min_size=1, max_size=12),
)
def test_chains_do_what_their_instructions_do(
    words: list[int], right: int, cuts: list[tuple[int, int]]
) -> None:
    quick, plain = (loaded(fast, words, right) for fast in (True, False))
    for cut_us, put in cuts:
        assert told(*quick, cut_us, put) == told(*plain, cut_us, put)
        assert quick[0].edges.seen == plain[0].edges.seen
