//! The median filter gives, for every pixel, what sorting its window gives: for every type, border,
//! shape and size, in place or not, for any number of threads and every instruction set.

use std::ffi::{CStr, c_double, c_int, c_void};
use std::mem::MaybeUninit;
use std::process::Command;

use fourier::capi::*;

const REFLECT: MaybeUninit<fourier_border> =
    MaybeUninit::new(fourier_border::FOURIER_BORDER_REFLECT);

/// The integer that C passes for an enumeration, valid or not.
fn enumeration<E>(number: c_int) -> MaybeUninit<E> {
    assert_eq!(size_of::<E>(), size_of::<c_int>());
    // SAFETY: any bits are a MaybeUninit of the same size.
    unsafe { std::mem::transmute_copy(&number) }
}

/// An element type with its export, and an order of its own.
trait Pixel: Copy + PartialEq + std::fmt::Debug + 'static {
    const FILTER: unsafe extern "C" fn(
        i64,
        i64,
        *const Self,
        *mut Self,
        i64,
        i64,
        MaybeUninit<fourier_border>,
        c_double,
        *const fourier_options,
    ) -> c_int;
    fn random(random: &mut Random, kind: u64) -> Self;
    fn of(value: i8) -> Self;
    fn compare(&self, other: &Self) -> std::cmp::Ordering;
    fn is_nan(&self) -> bool;
    fn nan() -> Self;
    /// Equal, NaN being equal to NaN and -0 to 0.
    fn same(&self, other: &Self) -> bool {
        self == other || self.is_nan() && other.is_nan()
    }
}

macro_rules! integers {
    ($($type:ty: $filter:ident),*) => {$(
        impl Pixel for $type {
            const FILTER: unsafe extern "C" fn(
                i64, i64, *const Self, *mut Self, i64, i64, MaybeUninit<fourier_border>, c_double, *const fourier_options,
            ) -> c_int = $filter;
            fn random(random: &mut Random, kind: u64) -> Self {
                match kind {
                    0 => random.next() as $type,
                    1 => random.below(3) as $type,
                    _ => random.below(100) as $type,
                }
            }
            fn of(value: i8) -> Self {
                value as $type
            }
            fn compare(&self, other: &Self) -> std::cmp::Ordering {
                self.cmp(other)
            }
            fn is_nan(&self) -> bool {
                false
            }
            fn nan() -> Self {
                unreachable!("integers have no NaN")
            }
        }
    )*};
}
integers!(
    u8: fourier_median_filter_u8,
    u16: fourier_median_filter_u16,
    i16: fourier_median_filter_i16,
    i32: fourier_median_filter_i32,
    i64: fourier_median_filter_i64
);

macro_rules! floats {
    ($($type:ty: $filter:ident),*) => {$(
        impl Pixel for $type {
            const FILTER: unsafe extern "C" fn(
                i64, i64, *const Self, *mut Self, i64, i64, MaybeUninit<fourier_border>, c_double, *const fourier_options,
            ) -> c_int = $filter;
            fn random(random: &mut Random, kind: u64) -> Self {
                let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
                match kind {
                    0 => sign * random.unit() as $type,
                    1 => sign * random.below(3) as $type,
                    2 => sign * (60.0 * random.unit() as $type - 30.0).exp(),
                    _ => match random.below(40) {
                        0 => <$type>::INFINITY,
                        1 => <$type>::NEG_INFINITY,
                        2 => sign * <$type>::MIN_POSITIVE / 8.0,
                        3 => sign * <$type>::MAX,
                        _ => random.unit() as $type,
                    },
                }
            }
            fn of(value: i8) -> Self {
                value.into()
            }
            fn compare(&self, other: &Self) -> std::cmp::Ordering {
                match (self.is_nan(), other.is_nan()) {
                    (false, false) => self.partial_cmp(other).expect("two numbers"),
                    (mine, others) => mine.cmp(&others),
                }
            }
            fn is_nan(&self) -> bool {
                <$type>::is_nan(*self)
            }
            fn nan() -> Self {
                <$type>::NAN
            }
        }
    )*};
}
floats!(f32: fourier_median_filter_f32, f64: fourier_median_filter_f64);

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    fn unit(&mut self) -> f64 {
        self.next() as f64 / (1u64 << 56) as f64
    }
    fn from(&mut self, first: u64, last: u64) -> usize {
        (first + self.below(last - first + 1)) as usize
    }
}

/// The cell that stands `steps` before or after one, walking and bouncing step by step.
fn walk(border: i32, length: i64, position: i64) -> Option<i64> {
    let (mut at, mut forward) = (0, true);
    for _ in 0..position.unsigned_abs() {
        // A walk to the left is a walk to the right over the mirrored axis, begun at its end.
        let turn = at == length - 1;
        match border {
            0 if turn && forward => forward = false,
            0 if !forward && at == 0 => forward = true,
            0 | 1 if length == 1 => {}
            1 => {
                if turn {
                    forward = false;
                } else if at == 0 {
                    forward = true;
                }
                at += if forward { 1 } else { -1 };
            }
            0 => at += if forward { 1 } else { -1 },
            2 => at = (at + 1).min(length - 1),
            3 => at = (at + 1) % length,
            _ => at += 1,
        }
    }
    if border == 4 && at >= length { None } else { Some(at) }
}

fn cell(border: i32, length: i64, position: i64) -> Option<i64> {
    if position >= 0 {
        return walk(border, length, position);
    }
    let mirrored = walk(border, length, length - 1 - position)?;
    Some(length - 1 - mirrored)
}

#[derive(Clone, Copy, Debug)]
struct Case {
    size: [usize; 2],
    window: [usize; 2],
    border: i32,
    fill: i8,
    omit: bool,
}

/// Sorts every window.
fn oracle<T: Pixel>(case: Case, image: &[T]) -> Vec<T> {
    let Case { size: [rows, columns], window, border, fill, omit } = case;
    let around = |axis: usize, at: usize| -> Vec<Option<usize>> {
        let first = at as i64 - window[axis] as i64 / 2;
        let places = first..first + window[axis] as i64;
        places.map(|p| cell(border, case.size[axis] as i64, p).map(|at| at as usize)).collect()
    };
    let of_columns: Vec<_> = (0..columns).map(|column| around(1, column)).collect();
    let mut medians = Vec::new();
    for row in 0..rows {
        let of_row = around(0, row);
        for of_column in &of_columns {
            let mut cells: Vec<T> = Vec::new();
            for row in &of_row {
                for column in of_column {
                    cells.push(match (row, column) {
                        (Some(row), Some(column)) => image[row * columns + column],
                        _ => T::of(fill),
                    });
                }
            }
            if omit {
                cells.retain(|cell| !cell.is_nan());
            }
            cells.sort_by(T::compare);
            medians.push(cells.get(cells.len() / 2).copied().unwrap_or_else(T::nan));
        }
    }
    medians
}

fn error_text() -> String {
    // SAFETY: the text stays valid until the next failure of this thread.
    unsafe { CStr::from_ptr(fourier_last_error()) }.to_string_lossy().into_owned()
}

fn filtered<T: Pixel>(case: Case, image: &[T], threads: i32, in_place: bool) -> Vec<T> {
    let mut out = if in_place { image.to_vec() } else { vec![T::of(77); image.len()] };
    let from = if in_place { out.as_ptr() } else { image.as_ptr() };
    let [rows, columns] = case.size.map(|side| side as i64);
    let window = case.window.map(|side| side as i64);
    let options = fourier_options_new();
    // SAFETY: arrays of rows * columns, and options of this library, freed at the end.
    let status = unsafe {
        assert_eq!(fourier_options_set_threads(options, threads), 0);
        assert_eq!(fourier_options_set_nan_policy(options, enumeration(case.omit.into())), 0);
        let (to, fill) = (out.as_mut_ptr(), case.fill.into());
        let border = enumeration(case.border);
        let status =
            T::FILTER(rows, columns, from, to, window[0], window[1], border, fill, options);
        fourier_options_free(options);
        status
    };
    assert_eq!(status, 0, "{case:?}: {}", error_text());
    out
}

fn check<T: Pixel>(case: Case, image: &[T], threads: i32, in_place: bool) {
    let wanted = oracle(case, image);
    let found = filtered(case, image, threads, in_place);
    for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        assert!(
            found.same(wanted),
            "{} {case:?} threads {threads} in place {in_place}: pixel {place} is {found:?}, but \
             must be {wanted:?}",
            std::any::type_name::<T>()
        );
    }
}

fn random_cases<T: Pixel>(seed: u64, nan: bool) {
    let mut random = Random(seed);
    let mut work = 0;
    while work < 4_000_000 {
        let longest = *[9, 40, 90].get(random.from(0, 2)).expect("three");
        let widest = *[4, 15, 45].get(random.from(0, 2)).expect("three");
        let case = Case {
            size: [random.from(1, longest), random.from(1, longest)],
            window: [random.from(1, widest), random.from(1, widest)],
            border: random.from(0, 4) as i32,
            fill: random.from(0, 100) as i8,
            omit: nan && random.below(2) == 0,
        };
        let steps = case.size.iter().chain(&case.window).product::<usize>();
        if steps > 2_000_000 {
            continue;
        }
        work += steps + 20_000;
        let kind = random.below(4);
        let share = [1, 10, 1000][random.from(0, 2)];
        let image: Vec<T> = (0..case.size[0] * case.size[1])
            .map(|_| match nan && random.below(share) == 0 {
                true => T::nan(),
                false => T::random(&mut random, kind),
            })
            .collect();
        check(case, &image, random.from(1, 3) as i32, random.below(2) == 0);
    }
}

#[test]
fn every_type_and_border_over_random_shapes_and_sizes() {
    random_cases::<u8>(1, false);
    random_cases::<u16>(2, false);
    random_cases::<i16>(3, false);
    random_cases::<i32>(4, false);
    random_cases::<i64>(5, false);
    random_cases::<f32>(6, false);
    random_cases::<f64>(7, false);
}

#[test]
fn nan_is_the_largest_number_or_is_left_out() {
    random_cases::<f32>(8, true);
    random_cases::<f64>(9, true);
}

#[test]
fn every_instruction_set() {
    let tests = ["every_type_and_border_over_random_shapes_and_sizes", "nan_is_the_largest"];
    for level in ["avx2", "portable"] {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        let output = command.args(tests).env("FOURIER_SIMD", level).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "FOURIER_SIMD={level}: {text}");
        assert!(text.contains("2 passed"), "FOURIER_SIMD={level}: {text}");
    }
}

/// Many patches and tiles; what sorting gives is looked at in a strip across them.
fn large<T: Pixel>(seed: u64, window: [usize; 2]) {
    let mut random = Random(seed);
    let case = Case { size: [150, 1100], window, border: 1, fill: 0, omit: false };
    let slope = random.below(3);
    let image: Vec<T> = (0..case.size[0] * case.size[1])
        .map(|place| match slope {
            0 => T::of((place % 1100 / 9) as i8),
            _ => T::random(&mut random, 0),
        })
        .collect();
    let found = filtered(case, &image, 1, false);
    for (threads, in_place) in [(2, false), (5, true)] {
        let other = filtered(case, &image, threads, in_place);
        assert!(found.iter().zip(&other).all(|(a, b)| a.same(b)), "{case:?} threads {threads}");
    }
    for place in (0..image.len()).step_by(1 + random.from(300, 400)) {
        let [row, column] = [place / 1100, place % 1100];
        let mut cells = Vec::new();
        for y in 0..window[0] {
            for x in 0..window[1] {
                let y = cell(1, 150, (row + y) as i64 - window[0] as i64 / 2).expect("a cell");
                let x = cell(1, 1100, (column + x) as i64 - window[1] as i64 / 2).expect("a cell");
                cells.push(image[(y * 1100 + x) as usize]);
            }
        }
        cells.sort_by(T::compare);
        assert!(found[place].same(&cells[cells.len() / 2]), "{case:?} pixel {row}, {column}");
    }
}

#[test]
fn large_images_are_the_same_for_any_number_of_threads() {
    for (seed, window) in [[3, 3], [15, 15], [4, 7], [31, 32], [61, 60]].into_iter().enumerate() {
        let seed = 100 + seed as u64;
        large::<u8>(seed, window);
        large::<u16>(seed, window);
        large::<i32>(seed, window);
        large::<f32>(seed, window);
        large::<f64>(seed, window);
    }
}

#[test]
fn windows_far_larger_than_the_image() {
    let mut random = Random(42);
    for border in 0..5 {
        for window in [[301, 200], [1000, 3], [2, 900], [257, 256]] {
            let size = [random.from(1, 5), random.from(1, 5)];
            let case = Case { size, window, border, fill: 50, omit: false };
            let integers: Vec<i32> =
                (0..size[0] * size[1]).map(|_| i32::random(&mut random, 2)).collect();
            check(case, &integers, 2, false);
            let mut floats: Vec<f64> = integers.iter().map(|&cell| cell.into()).collect();
            floats[0] = f64::NAN;
            check(Case { omit: true, ..case }, &floats, 1, true);
        }
    }
    // Beyond what can be enumerated: a window that sees an image as good as infinitely often has
    // the median of the image.
    let image = [5u16, 1, 4, 2, 3];
    let mut out = [0; 5];
    for border in [0, 3] {
        let huge = i64::MAX;
        // SAFETY: five elements each.
        let status = unsafe {
            let (from, to) = (image.as_ptr(), out.as_mut_ptr());
            fourier_median_filter_u16(
                5,
                1,
                from,
                to,
                huge,
                huge,
                enumeration(border),
                0.0,
                std::ptr::null(),
            )
        };
        assert_eq!((status, out), (0, [3; 5]), "border {border}");
    }
}

#[test]
fn an_image_without_pixels_does_nothing() {
    for [rows, columns] in [[0, 0], [0, 5], [7, 0]] {
        let (from, to) = (std::ptr::null(), std::ptr::null_mut());
        // SAFETY: NULL is allowed where there are no pixels.
        let status = unsafe {
            fourier_median_filter_f32(rows, columns, from, to, 3, 3, REFLECT, 0.0, std::ptr::null())
        };
        assert_eq!(status, 0, "{rows} x {columns}: {}", error_text());
    }
}

unsafe extern "C" fn cancel_at_half(fraction: c_double, user: *mut c_void) -> c_int {
    // SAFETY: `user` is the count below.
    unsafe { *user.cast::<i32>() += 1 };
    (fraction > 0.3).into()
}

#[test]
fn progress_is_told_and_cancels() {
    let image: Vec<f64> = (0..3000 * 2000).map(|place| f64::from(place % 7919)).collect();
    let mut out = image.clone();
    let mut calls = 0i32;
    let options = fourier_options_new();
    // SAFETY: arrays of 3000 * 2000, options of this library, `calls` outlives the call.
    let status = unsafe {
        let user = (&raw mut calls).cast();
        assert_eq!(fourier_options_set_progress(options, Some(cancel_at_half), user), 0);
        let (from, to) = (image.as_ptr(), out.as_mut_ptr());
        let status = fourier_median_filter_f64(3000, 2000, from, to, 41, 41, REFLECT, 0.0, options);
        fourier_options_free(options);
        status
    };
    assert_eq!(status, fourier_status::FOURIER_CANCELLED as c_int);
    assert!(calls >= 2);
    assert!(out.ends_with(&image[image.len() - 2000..]), "the end was not to be reached");
}
