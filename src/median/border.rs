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
}
