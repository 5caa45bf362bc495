//! The separable selection network: which minima and maxima give the medians of a tile.
//!
//! The windows of a tile of `w` x `h` pixels share a core of (kw - w + 1) x (kh - h + 1) cells. It
//! is sorted once, from sorted columns; then the tile is halved again and again, along x or y, and
//! each half merges its new columns (or rows) into its own core, until a core is a whole window.
//! Columns and rows that a half will need later grow by their new cells meanwhile. A core keeps
//! only the ranks that can still become the median, and what no median depends on is dropped, so
//! most of each merge is never done.
//!
//! Literature: A. Adams, "Fast median filters using separable sorting networks", ACM Transactions
//! on Graphics 40 (2021); L. Sugy, "Fast 2D median filters via hierarchical tiling" (2025); the
//! merges are Batcher's odd-even merge for any two lengths (Knuth, TAOCP 3, 5.3.4).

use std::collections::BTreeMap;

/// A number in the network: 2i is the minimum and 2i + 1 the maximum of operation i, 2i the cell
/// that an input reads.
pub type Value = u32;

/// Where an input comes from, in cells of the tile's field: x, and the row or the rank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// The cell itself.
    Cell {
        /// Row below the tile's first.
        row: usize,
        /// Column right of the tile's first.
        column: usize,
    },
    /// The cell of that rank among the core rows of its column.
    Sorted {
        /// 0 = the smallest.
        rank: usize,
        /// Column right of the tile's first.
        column: usize,
    },
}

/// One operation.
#[derive(Clone, Copy)]
pub enum Operation {
    /// Read a cell.
    Input(Source),
    /// Minimum and maximum of two values.
    Exchange(Value, Value),
}

/// A network: operations in the order of their values, and the values that are wanted.
#[derive(Default)]
pub struct Network {
    /// Operation i makes the values 2i and 2i + 1.
    pub operations: Vec<Operation>,
    /// First operation of each merge: operations may be reordered between two of these, as far
    /// as their operands allow.
    pub merges: Vec<usize>,
    /// What is wanted.
    pub outputs: Vec<Value>,
}

/// Shape of the window and of the tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Rows and columns of the window.
    pub window: [usize; 2],
    /// Rows and columns of the tile: powers of two, not above the window's.
    pub tile: [usize; 2],
}

impl Shape {
    /// Rows that the windows of a tile share.
    pub fn core_rows(&self) -> usize {
        self.window[0] - self.tile[0] + 1
    }
}

/// Sorts a column of `length` cells; outputs in order of rank.
pub fn column_sort(length: usize) -> Network {
    let mut network = Network::default();
    let cells = (0..length).map(|row| network.input(Source::Cell { row, column: 0 })).collect();
    network.outputs = network.sort(cells);
    network
}

/// The medians of the tile, row by row, from its cells and the sorted core rows of its columns.
pub fn tile_medians(shape: Shape) -> Network {
    let [kh, kw] = shape.window;
    let [h, w] = shape.tile;
    let mut network = Network::default();
    let mut cells = BTreeMap::new();
    for row in (0..h - 1).chain(kh..kh + h - 1) {
        for column in 0..kw + w - 1 {
            cells.insert((row, column), network.input(Source::Cell { row, column }));
        }
    }
    let columns: BTreeMap<usize, Vec<Value>> = (0..kw + w - 1)
        .map(|column| {
            let ranks = 0..shape.core_rows();
            (column, ranks.map(|rank| network.input(Source::Sorted { rank, column })).collect())
        })
        .collect();
    let rows: Vec<usize> = (0..h - 1).chain(kh..kh + h - 1).collect();
    let rows = rows
        .into_iter()
        .map(|row| (row, network.sort((w - 1..kw).map(|column| cells[&(row, column)]).collect())));
    let rows = rows.collect();
    let goal = Goal { total: kh * kw, rank: kh * kw / 2 };
    let core = (w - 1..kw).map(|column| Ranked::all(&columns[&column])).collect();
    let core = network.merge_all(core, goal);
    let mut tiler = Tiler { network, shape, goal, cells, medians: BTreeMap::new() };
    tiler.split([0, 0], [h, w], core, rows, columns);
    let Tiler { mut network, medians, .. } = tiler;
    network.outputs = medians.into_values().collect();
    network
}

/// What is looked for: the element of `rank` among `total`.
#[derive(Clone, Copy)]
struct Goal {
    total: usize,
    rank: usize,
}

/// Sorted cells that can still be the median, out of a group of `group` cells of which `below`
/// were dropped because they are too small.
struct Ranked {
    values: Vec<Value>,
    below: usize,
    group: usize,
}

impl Ranked {
    fn all(values: &[Value]) -> Ranked {
        Ranked { values: values.to_vec(), below: 0, group: values.len() }
    }
}

impl Network {
    fn input(&mut self, source: Source) -> Value {
        self.operations.push(Operation::Input(source));
        2 * (self.operations.len() - 1) as Value
    }

    fn exchange(&mut self, a: Value, b: Value) -> [Value; 2] {
        self.operations.push(Operation::Exchange(a, b));
        let value = 2 * (self.operations.len() - 1) as Value;
        [value, value + 1]
    }

    fn sort(&mut self, mut values: Vec<Value>) -> Vec<Value> {
        if values.len() < 2 {
            return values;
        }
        let upper = values.split_off(values.len() / 2);
        let (lower, upper) = (self.sort(values), self.sort(upper));
        self.merges.push(self.operations.len());
        self.merge(&lower, &upper)
    }

    /// Batcher's odd-even merge.
    fn merge(&mut self, a: &[Value], b: &[Value]) -> Vec<Value> {
        if a.is_empty() || b.is_empty() {
            return [a, b].concat();
        }
        if a.len() == 1 && b.len() == 1 {
            return self.exchange(a[0], b[0]).to_vec();
        }
        let every_other = |list: &[Value], first| -> Vec<Value> {
            list.iter().skip(first).step_by(2).copied().collect()
        };
        let even = self.merge(&every_other(a, 0), &every_other(b, 0));
        let odd = self.merge(&every_other(a, 1), &every_other(b, 1));
        let mut merged = vec![even[0]];
        for (&left, &right) in odd.iter().zip(&even[1..]) {
            merged.extend(self.exchange(left, right));
        }
        let pairs = odd.len().min(even.len() - 1);
        merged.extend(&odd[pairs..]);
        merged.extend(&even[pairs + 1..]);
        merged
    }

    /// The value of `rank` in the union of two sorted lists: the smallest, over all ways to take
    /// rank + 1 values from their beginnings, of the largest value taken.
    fn select(&mut self, a: &[Value], b: &[Value], rank: usize) -> Value {
        let taken = rank + 1;
        let ways = taken.saturating_sub(b.len())..=taken.min(a.len());
        let mut largest: Vec<Value> = ways
            .map(|i| match (i, taken - i) {
                (0, j) => b[j - 1],
                (i, 0) => a[i - 1],
                (i, j) => self.exchange(a[i - 1], b[j - 1])[1],
            })
            .collect();
        while largest.len() > 1 {
            largest = largest
                .chunks(2)
                .map(|pair| match *pair {
                    [a, b] => self.exchange(a, b)[0],
                    _ => pair[0],
                })
                .collect();
        }
        largest[0]
    }

    fn merge_ranked(&mut self, a: &Ranked, b: &Ranked, goal: Goal) -> Ranked {
        self.merges.push(self.operations.len());
        let (below, group) = (a.below + b.below, a.group + b.group);
        // A value of rank i here has a rank from i to i + (total - group) in the whole window.
        let first = goal.rank.saturating_sub(goal.total - group + below);
        let end = (a.values.len() + b.values.len()).min(goal.rank + 1 - below);
        let values = match end - first {
            1 => vec![self.select(&a.values, &b.values, first)],
            _ => self.merge(&a.values, &b.values)[first..end].to_vec(),
        };
        Ranked { values, below: below + first, group }
    }

    /// Merges the two shortest until one is left.
    fn merge_all(&mut self, mut lists: Vec<Ranked>, goal: Goal) -> Ranked {
        while lists.len() > 1 {
            lists.sort_by_key(|list| list.values.len());
            let merged = self.merge_ranked(&lists[0], &lists[1], goal);
            lists.splice(0..2, [merged]);
        }
        lists.pop().expect("a window has cells")
    }
}

struct Tiler {
    network: Network,
    shape: Shape,
    goal: Goal,
    cells: BTreeMap<(usize, usize), Value>,
    medians: BTreeMap<[usize; 2], Value>,
}

impl Tiler {
    /// `size` pixels from `corner`, whose windows share the sorted `core`; `rows` and `columns`
    /// hold, sorted, the cells of further rows and columns that lie beside the core.
    fn split(
        &mut self,
        corner: [usize; 2],
        size: [usize; 2],
        core: Ranked,
        rows: BTreeMap<usize, Vec<Value>>,
        columns: BTreeMap<usize, Vec<Value>>,
    ) {
        if size == [1, 1] {
            self.medians.insert(corner, core.values[self.goal.rank - core.below]);
            return;
        }
        let axis = usize::from(size[1] >= size[0]);
        let (along, across) = if axis == 0 { (&rows, &columns) } else { (&columns, &rows) };
        let (start, half, window) = (corner[axis], size[axis] / 2, self.shape.window[axis]);
        for upper in [false, true] {
            let first = start + if upper { half } else { 0 };
            let new = match upper {
                false => start + half - 1..start + size[axis] - 1,
                true => start + window..start + window + half,
            };
            let added = new.clone().map(|line| Ranked::all(&along[&line])).collect();
            let added = self.network.merge_all(added, self.goal);
            let core = self.network.merge_ranked(&core, &added, self.goal);
            let beside = (first..first + half - 1).chain(first + window..first + window + half - 1);
            let along = beside.map(|line| (line, along[&line].clone())).collect();
            let across = across
                .iter()
                .map(|(&line, sorted)| {
                    let place = |cell| if axis == 0 { (cell, line) } else { (line, cell) };
                    let cells = new.clone().map(|cell| self.cells[&place(cell)]).collect();
                    let cells = self.network.sort(cells);
                    self.network.merges.push(self.network.operations.len());
                    (line, self.network.merge(sorted, &cells))
                })
                .collect();
            let (mut corner, mut size) = (corner, size);
            (corner[axis], size[axis]) = (first, half);
            let (rows, columns) = if axis == 0 { (along, across) } else { (across, along) };
            self.split(corner, size, core, rows, columns);
        }
    }
}
