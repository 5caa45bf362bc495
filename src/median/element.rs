//! Element types and the integer keys that stand for them while they are ordered.
//!
//! A floating-point number is compared as a signed integer of the same width: its own bits where
//! it is positive, and with all bits but the sign flipped where it is negative. Minimum and
//! maximum of such keys are one instruction each, NaN takes part as a number larger than any
//! other, and a number comes back with the bits it had.

use std::array;
use std::ops::BitXor;

/// What is ordered: an integer, with a SIMD register of it.
pub trait Key: Copy + Ord + Default + BitXor<Output = Self> + Send + Sync + 'static {
    /// 128 bytes of keys.
    type Lanes: Lanes<Key = Self>;
    /// The smallest key.
    const MIN: Self;
    /// The largest key: NaN, for those of floating-point numbers.
    const MAX: Self;
    /// The key as an integer, in the same order.
    fn order(self) -> i64;
    /// The key that `order` gave.
    fn of_order(order: i64) -> Self;
}

/// 128 bytes of keys: two registers of AVX-512, four of AVX2, eight of SSE2 or NEON, so that the
/// time to read an instruction of a network is shared by more than one of them.
pub trait Lanes: Copy + Default + Send + Sync + 'static {
    /// What the lanes hold.
    type Key: Key;
    /// How many there are.
    const COUNT: usize;
    /// The first COUNT keys of a slice.
    fn load(keys: &[Self::Key]) -> Self;
    /// Writes the lanes to the first COUNT keys of a slice.
    fn store(self, keys: &mut [Self::Key]);
    /// Lane by lane.
    fn min(self, other: Self) -> Self;
    /// Lane by lane.
    fn max(self, other: Self) -> Self;
    /// Minimum and maximum, lane by lane.
    fn exchange(self, other: Self) -> [Self; 2];
}

/// 128 bytes of keys.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Register<K, const N: usize>([K; N]);

impl<K: Key, const N: usize> Default for Register<K, N> {
    fn default() -> Self {
        Register([K::default(); N])
    }
}

impl<K: Key, const N: usize> Lanes for Register<K, N> {
    type Key = K;
    const COUNT: usize = N;
    #[inline(always)]
    fn load(keys: &[K]) -> Self {
        Register(*keys.first_chunk().expect("enough keys"))
    }
    #[inline(always)]
    fn store(self, keys: &mut [K]) {
        *keys.first_chunk_mut().expect("enough keys") = self.0;
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Register(array::from_fn(|lane| self.0[lane].min(other.0[lane])))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Register(array::from_fn(|lane| self.0[lane].max(other.0[lane])))
    }
    #[inline(always)]
    fn exchange(self, other: Self) -> [Self; 2] {
        let smaller = self.min(other);
        if size_of::<K>() < 8 {
            return [smaller, self.max(other)];
        }
        // What is left of two numbers when one is taken away: for 64 bits LLVM makes vectors of
        // this, but not of a minimum and a maximum side by side.
        let both = |lane: usize| self.0[lane] ^ other.0[lane];
        [smaller, Register(array::from_fn(|lane| both(lane) ^ smaller.0[lane]))]
    }
}

macro_rules! keys {
    ($($key:ty),*) => {$(
        impl Key for $key {
            type Lanes = Register<$key, { 128 / size_of::<$key>() }>;
            const MIN: Self = <$key>::MIN;
            const MAX: Self = <$key>::MAX;
            #[inline(always)]
            fn order(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn of_order(order: i64) -> Self {
                order as $key
            }
        }
    )*};
}
keys!(u8, i16, u16, i32, i64);

/// What an image may hold.
pub trait Element: Copy + PartialEq + Send + Sync + 'static {
    /// What stands for it in comparisons.
    type Key: Key;
    /// Whether the type has NaN.
    const HAS_NAN: bool;
    /// NaN, where the type has it.
    const MISSING: Self;
    /// The key of a number; every NaN has [`Key::MAX`].
    fn key(self) -> Self::Key;
    /// The number of a key.
    fn of_key(key: Self::Key) -> Self;
    /// The number that C gave as a double: none where this type cannot hold it.
    fn of_f64(value: f64) -> Option<Self>;
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Element for $integer {
            type Key = $integer;
            const HAS_NAN: bool = false;
            const MISSING: Self = 0;
            #[inline(always)]
            fn key(self) -> $integer {
                self
            }
            #[inline(always)]
            fn of_key(key: $integer) -> $integer {
                key
            }
            fn of_f64(value: f64) -> Option<$integer> {
                // The upper limit as a double is one too many for i64, so it is left out there.
                let (lowest, highest) = (<$integer>::MIN as f64, <$integer>::MAX as f64);
                let above = value > highest || size_of::<$integer>() == 8 && value == highest;
                let inside = value >= lowest && !above && value.fract() == 0.0;
                inside.then_some(value as $integer)
            }
        }
    )*};
}
integers!(u8, i16, u16, i32, i64);

macro_rules! floats {
    ($($float:ty as $key:ty),*) => {$(
        impl Element for $float {
            type Key = $key;
            const HAS_NAN: bool = true;
            const MISSING: Self = <$float>::NAN;
            #[inline(always)]
            fn key(self) -> $key {
                let bits = self.to_bits() as $key;
                let key = bits ^ ((bits >> (<$key>::BITS - 1)) & <$key>::MAX);
                if self.is_nan() { <$key>::MAX } else { key }
            }
            #[inline(always)]
            fn of_key(key: $key) -> $float {
                let bits = key ^ ((key >> (<$key>::BITS - 1)) & <$key>::MAX);
                if key == <$key>::MAX { <$float>::NAN } else { <$float>::from_bits(bits as _) }
            }
            fn of_f64(value: f64) -> Option<$float> {
                Some(value as $float)
            }
        }
    )*};
}
floats!(f32 as i32, f64 as i64);
