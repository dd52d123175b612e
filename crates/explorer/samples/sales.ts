// What a shop sold, and what it makes of that.

export interface Sale {
  readonly article: string;
  readonly count: number;
  /** In cents, so that nothing is rounded. */
  readonly price: number;
}

export class Day {
  private readonly sales: Sale[] = [];

  constructor(readonly date: Date) {}

  add(sale: Sale): this {
    if (sale.count <= 0) {
      throw new RangeError(`a sale of ${sale.count} pieces of ${sale.article}`);
    }
    this.sales.push(sale);
    return this;
  }

  get revenue(): number {
    return this.sales.reduce((sum, sale) => sum + sale.count * sale.price, 0);
  }

  byArticle(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { article, count } of this.sales) {
      counts.set(article, (counts.get(article) ?? 0) + count);
    }
    return counts;
  }
}

export async function report(days: Day[], write: (line: string) => Promise<void>): Promise<void> {
  for (const day of days) {
    const date = day.date.toISOString().slice(0, 10);
    await write(`${date};${(day.revenue / 100).toFixed(2)}\n`);
  }
  // The best article of all days.
  const all = days.flatMap((day) => [...day.byArticle()]);
  const best = all.sort(([, a], [, b]) => b - a)[0];
  await write(best ? `best: ${best[0]}\n` : "nothing was sold\n");
}
