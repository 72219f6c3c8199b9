"""Plots, as SVG that any browser shows: the goals as bars, a course in time as a line."""
from xml.sax.saxutils import escape

from goals import Goal

WIDTH, LEFT, RIGHT, ROW, BAR = 920, 350, 170, 24, 14
# Twice as good as the goal is where bars end.
LONGEST = 2.0
MET, MISSED, INK, FAINT = "#2f7d4f", "#b3412e", "#222", "#bbb"


def bars(goals: list[Goal]) -> str:
    """A bar for each goal, as long as it was reached: the line is where it is just met, a whisker shows the rounds."""
    def x(score: float) -> float:
        return LEFT + min(score, LONGEST) / LONGEST * (WIDTH - LEFT - RIGHT)

    height = ROW * len(goals) + 40
    parts = [f'<line x1="{x(1):.1f}" y1="20" x2="{x(1):.1f}" y2="{height - 15}" stroke="{INK}"/>',
             text(x(1), 14, "goal", anchor="middle")]
    for number, goal in enumerate(goals):
        top = 26 + number * ROW
        middle = top + BAR / 2
        low, high = (x(score) for score in goal.scores)
        parts += [
            text(LEFT - 8, top + 11, f"{goal.of}: {goal.figure}", anchor="end"),
            f'<rect x="{LEFT}" y="{top}" width="{x(goal.score) - LEFT:.1f}" height="{BAR}" fill="{MET if goal.met else MISSED}"/>',
            f'<line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" stroke="{INK}"/>',
            text(WIDTH - RIGHT + 8, top + 11, f"{goal.text(goal.reached)} ({goal.limit_text})")]
    return svg(height, parts)


def course(title: str, unit: str, points: list[tuple[float, float]]) -> str:
    """A value over minutes, from zero up."""
    height, bottom, top = 240, 205, 25
    end, highest = max(points[-1][0], 1e-9), max(value for _, value in points) * 1.1

    def place(minutes: float, value: float) -> str:
        return f"{60 + minutes / end * (WIDTH - 90):.1f},{bottom - value / highest * (bottom - top):.1f}"

    line = " ".join(place(*point) for point in points)
    parts = [
        text(60, 14, title),
        f'<polyline points="{line}" fill="none" stroke="{MET}" stroke-width="1.5"/>',
        f'<polyline points="{place(0, highest)} {place(0, 0)} {place(end, 0)}" fill="none" stroke="{INK}"/>',
        text(54, top + 6, f"{highest:.0f} {unit}", anchor="end"), text(54, bottom, "0", anchor="end"),
        text(WIDTH - 30, bottom + 18, f"{end:.0f} minutes", anchor="end")]
    return svg(height, parts)


def text(x: float, y: float, content: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(content)}</text>'


def svg(height: float, parts: list[str]) -> str:
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif" '
            f'font-size="11"><rect width="100%" height="100%" fill="white"/>')
    return "\n".join([head, *parts, "</svg>", ""])
