"""Charts as inline SVG, drawn from figures; every number drawn is also written beside it."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evals.figures import Figure

_WIDTH, _ROW, _LEFT, _RIGHT = 740, 22, 230, 190
_BAR = Markup(
    '<text x="{left}" y="{base}" text-anchor="end">{name}</text>'
    '<rect x="{start}" y="{top}" width="{width:.1f}" height="12" class="bar"/>'
    '<path d="M{low:.1f} {a}V{b}M{low:.1f} {m}H{high:.1f}M{high:.1f} {a}V{b}" class="whisker"/>'
    '<text x="{right}" y="{base}">{written}</text>'
)
_GRID = Markup('<path d="M{left} {y:.1f}H{right}" class="grid"/>'
               '<text x="{edge}" y="{base:.1f}" text-anchor="end">{share:.0%}</text>')  # fmt: skip
_POINT = Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="dot"/>'
                '<text x="{x:.1f}" y="{below}" text-anchor="middle">{at}</text>'
                '<text x="{x:.1f}" y="{above:.1f}" text-anchor="middle">{share:.0f}</text>')  # fmt: skip
_BAND = Markup('<polygon points="{band}" class="band"/><polyline points="{line}" class="line"/>')


def bars(figures: Mapping[str, Figure]) -> Markup:
    """A bar a figure from 0 to 100 %, with its interval as a whisker and its counts."""
    drawn = [_bar(name, one, n * _ROW) for n, (name, one) in enumerate(figures.items())]
    return _svg(drawn, len(figures) * _ROW + 4, "shares with 95 % intervals")


def _bar(name: str, one: Figure, y: int) -> Markup:
    scale = _WIDTH - _LEFT - _RIGHT
    written = f"{100 * one.value:.1f} % of {one.of:g} [{100 * one.low:.0f}, {100 * one.high:.0f}]"
    return _BAR.format(
        name=name, left=_LEFT - 8, base=y + 15, start=_LEFT, top=y + 5, width=scale * one.value,
        low=_LEFT + scale * one.low, high=_LEFT + scale * one.high, a=y + 7, m=y + 11, b=y + 15,
        right=_WIDTH - _RIGHT + 8, written=written,
    )  # fmt: skip


def curve(points: Sequence[tuple[int, Figure]], label: str) -> Markup:
    """A curve of figures over whole numbers, with its interval as a band."""
    left, top, width, height = 50, 18, 520, 200
    last = max(at for at, _ in points)

    def x(at: int) -> float:
        return left + width * at / last

    def y(share: float) -> float:
        return top + height * (1 - share)

    def path(shares: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x(at):.1f},{y(share):.1f}" for at, share in shares)

    low, high = [(at, one.low) for at, one in points], [(at, one.high) for at, one in points]
    parts = [_BAND.format(band=path(high + low[::-1]), line=path([(at, one.value) for at, one in points]))]
    parts += [_GRID.format(left=left, right=left + width, edge=left - 6, y=y(s), base=y(s) + 4, share=s)
              for s in (0, 0.25, 0.5, 0.75, 1)]  # fmt: skip
    parts += [_POINT.format(x=x(at), y=y(one.value), at=at, below=top + height + 18,
                            above=y(one.value) - 8, share=100 * one.value) for at, one in points]  # fmt: skip
    return _svg(parts, top + height + 28, label)


def _svg(parts: Sequence[Markup], height: int, label: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, height, label, Markup("").join(parts)
    )
