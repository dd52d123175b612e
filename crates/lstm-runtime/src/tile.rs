//! How a matrix lies in memory, and in which order its rows come.
//!
//! Rows are grouped in tiles of 64: as many as fill four 512-bit or eight
//! 256-bit accumulators. In the matrices of an LSTM layer, tile `t` holds the
//! gates `i, f, g, o` of units `16·t .. 16·t + 16`, sixteen rows each, so the
//! sums of one tile are all that these units need. Within a tile the columns
//! are cut into groups of `G`, and for each group the 64 rows follow one
//! another: `[tile][group][row][column in group]`. A kernel that multiplies
//! `G` columns of a row at once then needs no horizontal sum, and reads memory
//! in one direction. Missing rows and columns are zero.

use crate::aligned::Aligned;

/// Rows of a tile.
pub(crate) const TILE_ROWS: usize = 64;

/// Hidden units whose four gates make a tile.
pub(crate) const TILE_UNITS: usize = 16;

/// One value per row of a tile.
pub(crate) type TileRows<T> = [T; TILE_ROWS];

/// For every row in memory, the row of the source matrix that it holds, or
/// none where it is padding. Its length is a whole number of tiles.
pub(crate) struct RowOrder(Vec<Option<usize>>);

impl RowOrder {
    /// The `[4*H, …]` matrices of a layer with `H = hidden_size`.
    pub(crate) fn gates(hidden_size: usize) -> Self {
        let tiles = hidden_size.div_ceil(TILE_UNITS);
        let row = |position: usize| {
            let (tile, within) = (position / TILE_ROWS, position % TILE_ROWS);
            let (gate, unit) = (within / TILE_UNITS, tile * TILE_UNITS + within % TILE_UNITS);
            (unit < hidden_size).then_some(gate * hidden_size + unit)
        };
        Self((0..tiles * TILE_ROWS).map(row).collect())
    }

    /// `rows` rows as they come.
    pub(crate) fn plain(rows: usize) -> Self {
        let padded = rows.next_multiple_of(TILE_ROWS);
        Self((0..padded).map(|row| (row < rows).then_some(row)).collect())
    }

    /// Number of tiles.
    pub(crate) fn tiles(&self) -> usize {
        self.0.len() / TILE_ROWS
    }

    /// One value per row, brought into this order; padding is `T::default()`.
    pub(crate) fn arrange<T: Copy + Default>(&self, values: &[T]) -> Vec<TileRows<T>> {
        let value = |row: &Option<usize>| row.map_or(T::default(), |row| values[row]);
        let tiles = self.0.chunks_exact(TILE_ROWS);
        tiles
            .map(|tile| std::array::from_fn(|row| value(&tile[row])))
            .collect()
    }

    /// The row-major matrix `values` with `columns` columns, packed in groups
    /// of `group` columns as the module says.
    pub(crate) fn pack<T: Copy + Default>(
        &self,
        values: &[T],
        columns: usize,
        group: usize,
    ) -> Aligned<T> {
        let padded = columns.next_multiple_of(group);
        let mut packed = Aligned::zeroed(self.0.len() * padded);
        let tiles = packed.chunks_exact_mut(TILE_ROWS * padded);
        for (tile, rows) in tiles.zip(self.0.chunks_exact(TILE_ROWS)) {
            for (place, row) in rows.iter().enumerate() {
                let Some(row) = *row else { continue };
                let source = values[row * columns..(row + 1) * columns].chunks(group);
                for (index, part) in source.enumerate() {
                    let at = (index * TILE_ROWS + place) * group;
                    tile[at..at + part.len()].copy_from_slice(part);
                }
            }
        }
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_holds_the_four_gates_of_sixteen_units() {
        let order = RowOrder::gates(17);
        assert_eq!(order.tiles(), 2);
        let rows: Vec<i32> = (0..68).collect();
        let arranged = order.arrange(&rows);
        assert_eq!(arranged[0][0], 0, "i of unit 0");
        assert_eq!(arranged[0][16], 17, "f of unit 0");
        assert_eq!(arranged[0][63], 3 * 17 + 15, "o of unit 15");
        assert_eq!(arranged[1][32], 2 * 17 + 16, "g of unit 16");
        assert_eq!(arranged[1][33], 0, "padding");
    }

    #[test]
    fn packing_puts_a_group_of_columns_of_each_row_side_by_side() {
        let matrix: Vec<i8> = vec![1, 2, 3, 4, 5, 6];
        let packed = RowOrder::plain(2).pack(&matrix, 3, 2);
        assert_eq!(packed.len(), 64 * 4);
        assert_eq!(packed[..4], [1, 2, 4, 5]);
        assert_eq!(packed[128..132], [3, 0, 6, 0]);
        assert_eq!(packed.iter().map(|&v| i32::from(v)).sum::<i32>(), 21);
    }
}
