"""What a shop sold, and what it makes of that."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Sale:
    """One line of a receipt."""

    article: str
    count: int
    price: float

    @property
    def total(self) -> float:
        return self.count * self.price


@dataclass
class Day:
    sales: list[Sale] = field(default_factory=list)

    def add(self, article: str, count: int, price: float) -> None:
        if count <= 0:
            raise ValueError(f"a sale of {count} pieces of {article}")
        self.sales.append(Sale(article, count, price))

    def revenue(self) -> float:
        return sum(sale.total for sale in self.sales)

    def by_article(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for sale in self.sales:
            counts[sale.article] += sale.count
        return dict(counts)


def report(days: list[Day], path: str) -> None:
    # A line a day, and the best article of all of them.
    with open(path, "w", encoding="utf-8") as file:
        for number, day in enumerate(days, start=1):
            file.write(f"{number};{day.revenue():.2f}\n")
        best = max(
            (article for day in days for article in day.by_article()),
            key=lambda article: sum(day.by_article().get(article, 0) for day in days),
            default="nothing",
        )
        file.write(f"best: {best}\n")


if __name__ == "__main__":
    monday = Day()
    monday.add("bread", 12, 3.5)
    monday.add("milk", 7, 1.2)
    report([monday], "report.csv")
