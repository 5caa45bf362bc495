//! What a window sees beyond the edge of the image.
//!
//! For a row `a b c d`: reflect continues it as `d c b a | a b c d | d c b a`, mirror as
//! `d c b | a b c d | c b a`, nearest as `a a a | a b c d | d d d`, wrap as
//! `b c d | a b c d | a b c`, constant with one value. All but nearest and constant are periodic,
//! so windows larger than the image see it as often as needed.

/// How an image continues beyond its edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Border {
    /// `d c b a | a b c d | d c b a`: the edge is repeated.
    Reflect,
    /// `d c b | a b c d | c b a`: the edge is not repeated.
    Mirror,
    /// `a a a | a b c d | d d d`
    Nearest,
    /// `b c d | a b c d | a b c`
    Wrap,
    /// One value everywhere.
    Constant,
}

impl Border {
    /// Which cell of an axis of `length` > 0 cells stands at `position`; none for the constant.
    #[inline]
    pub fn index(self, position: i64, length: usize) -> Option<usize> {
        let n = length as i64;
        if (0..n).contains(&position) {
            return Some(position as usize);
        }
        let index = match self {
            Border::Constant => return None,
            Border::Nearest => position.clamp(0, n - 1),
            Border::Wrap => position.rem_euclid(n),
            _ if n == 1 => 0,
            Border::Reflect => {
                let place = position.rem_euclid(2 * n);
                place.min(2 * n - 1 - place)
            }
            Border::Mirror => {
                let place = position.rem_euclid(2 * n - 2);
                place.min(2 * n - 2 - place)
            }
        };
        Some(index as usize)
    }

    /// How often `size` positions from `first` meet the cell `index` of an axis of `length` cells.
    pub fn multiplicity(self, index: usize, length: usize, first: i128, size: usize) -> u64 {
        let (index, n, end) = (index as i128, length as i128, first + size as i128);
        // Positions from `first` to `end` that are `place` plus a multiple of `period`.
        let periodic = |place: i128, period: i128| {
            (end - 1 - place).div_euclid(period) - (first - 1 - place).div_euclid(period)
        };
        let inside = i128::from((first..end).contains(&index));
        let times = match self {
            Border::Constant => inside,
            Border::Nearest => {
                let below = if index == 0 { end.min(0) - first.min(0) } else { 0 };
                let above = if index == n - 1 { end.max(n) - first.max(n) } else { 0 };
                inside + below + above
            }
            Border::Wrap => periodic(index, n),
            _ if n == 1 => end - first,
            Border::Reflect => periodic(index, 2 * n) + periodic(2 * n - 1 - index, 2 * n),
            Border::Mirror if index == 0 || index == n - 1 => periodic(index, 2 * n - 2),
            Border::Mirror => periodic(index, 2 * n - 2) + periodic(-index, 2 * n - 2),
        };
        times as u64
    }
}
