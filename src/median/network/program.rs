//! A selection network as a program over SIMD registers: values get slots in a scratch that stays
//! in the cache, and lanes are independent tiles.
//!
//! Operations that nothing depends on are dropped, and where one of the two results of an
//! exchange is not wanted, only the other is computed. The operations of a merge run layer by
//! layer, so that neighbours do not wait for each other.

use super::selection::{Network, Operation, Source, Value};
use crate::median::element::{Key, Lanes};
use crate::simd::Isa;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Action {
    Load,
    LoadSorted,
    Exchange,
    Minimum,
    Maximum,
}

/// The slots that one step reads and writes; a load has its offset in the halves of `read`.
#[derive(Clone, Copy)]
struct Step {
    read: [u16; 2],
    write: [u16; 2],
}

/// A network, compiled for one layout of its input.
pub struct Program {
    /// Runs of steps that do the same.
    runs: Vec<(Action, u32)>,
    steps: Vec<Step>,
    /// Slot of each output.
    outputs: Vec<u16>,
    slots: usize,
}

/// Where the sources lie: offsets of less than 2^32 keys into the cells or the sorted columns.
pub type Layout<'a> = &'a dyn Fn(Source) -> usize;

impl Program {
    /// Drops what is not needed, orders the rest and gives every value a slot. None when it would
    /// take more slots or larger offsets than a step can name.
    pub fn new(network: &Network, layout: Layout) -> Option<Program> {
        let Network { operations, merges, outputs } = network;
        let mut uses = vec![0u32; 2 * operations.len()];
        outputs.iter().for_each(|&value| uses[value as usize] += 1);
        for (place, operation) in operations.iter().enumerate().rev() {
            if let Operation::Exchange(a, b) = *operation
                && uses[2 * place] + uses[2 * place + 1] > 0
            {
                uses[a as usize] += 1;
                uses[b as usize] += 1;
            }
        }
        let mut compiler = Compiler {
            slot_of: vec![u16::MAX; 2 * operations.len()],
            uses,
            free: Vec::new(),
            program: Program { runs: vec![], steps: vec![], outputs: vec![], slots: 0 },
        };
        let mut depth = vec![0u32; operations.len()];
        let ends = merges.iter().skip(1).copied().chain([operations.len()]);
        for (&start, end) in merges.iter().zip(ends) {
            let mut layer = Vec::new();
            let mut loads = Vec::new();
            for place in start..end {
                let Operation::Exchange(a, b) = operations[place] else { continue };
                let action = match compiler.wanted(place) {
                    [false, false] => continue,
                    [true, true] => Action::Exchange,
                    [true, false] => Action::Minimum,
                    [false, true] => Action::Maximum,
                };
                let depth_of = |value: Value| match value as usize / 2 {
                    operand if operand >= start => depth[operand] + 1,
                    _ => 0,
                };
                depth[place] = depth_of(a).max(depth_of(b));
                layer.push((depth[place], action, place));
                for value in [a, b] {
                    if let Operation::Input(source) = operations[value as usize / 2]
                        && compiler.slot_of[value as usize] == u16::MAX
                    {
                        compiler.slot_of[value as usize] = 0;
                        let sorted = matches!(source, Source::Sorted { .. });
                        loads.push((sorted, layout(source), value));
                    }
                }
            }
            loads.sort_unstable();
            for (sorted, offset, value) in loads {
                compiler.load(sorted, offset, value)?;
            }
            layer.sort_unstable();
            for (_, action, place) in layer {
                let Operation::Exchange(a, b) = operations[place] else { continue };
                compiler.compute(action, place, [a, b])?;
            }
        }
        for &value in outputs {
            if let Operation::Input(source) = operations[value as usize / 2]
                && compiler.slot_of[value as usize] == u16::MAX
            {
                let sorted = matches!(source, Source::Sorted { .. });
                compiler.load(sorted, layout(source), value)?;
            }
        }
        let Compiler { slot_of, mut program, .. } = compiler;
        program.outputs = outputs.iter().map(|&value| slot_of[value as usize]).collect();
        Some(program)
    }

    /// Registers that the scratch of [`run`] must have.
    pub fn slots(&self) -> usize {
        self.slots
    }
}

struct Compiler {
    slot_of: Vec<u16>,
    uses: Vec<u32>,
    free: Vec<u16>,
    program: Program,
}

impl Compiler {
    fn wanted(&self, place: usize) -> [bool; 2] {
        [self.uses[2 * place] > 0, self.uses[2 * place + 1] > 0]
    }

    fn take_slot(&mut self) -> Option<u16> {
        if let Some(slot) = self.free.pop() {
            return Some(slot);
        }
        let slot = u16::try_from(self.program.slots).ok().filter(|&slot| slot < u16::MAX)?;
        self.program.slots += 1;
        Some(slot)
    }

    fn emit(&mut self, action: Action, step: Step) {
        match self.program.runs.last_mut() {
            Some((last, count)) if *last == action => *count += 1,
            _ => self.program.runs.push((action, 1)),
        }
        self.program.steps.push(step);
    }

    fn load(&mut self, sorted: bool, offset: usize, value: Value) -> Option<()> {
        let slot = self.take_slot()?;
        self.slot_of[value as usize] = slot;
        let offset = u32::try_from(offset).ok()?;
        let action = if sorted { Action::LoadSorted } else { Action::Load };
        let read = [offset as u16, (offset >> 16) as u16];
        self.emit(action, Step { read, write: [slot, slot] });
        Some(())
    }

    fn compute(&mut self, action: Action, place: usize, operands: [Value; 2]) -> Option<()> {
        let read = operands.map(|value| self.slot_of[value as usize]);
        for value in operands.map(|value| value as usize) {
            self.uses[value] -= 1;
            if self.uses[value] == 0 {
                self.free.push(self.slot_of[value]);
            }
        }
        let mut write = [0; 2];
        for (result, wanted) in self.wanted(place).into_iter().enumerate() {
            if wanted {
                write[result] = self.take_slot()?;
                self.slot_of[2 * place + result] = write[result];
            }
        }
        self.emit(action, Step { read, write });
        Some(())
    }
}

/// Runs a program once: reads COUNT keys at each source's offset into `cells` or `sorted`,
/// and writes COUNT keys of output i at `i * stride` of `out`.
#[inline(always)]
pub fn run<I: Isa, K: Key>(
    _: I,
    program: &Program,
    cells: &[K],
    sorted: &[K],
    out: &mut [K],
    stride: usize,
    slots: &mut [K::Lanes],
) {
    let slots = &mut slots[..program.slots];
    let mut steps = program.steps.as_slice();
    for &(action, count) in &program.runs {
        let (now, later) = steps.split_at(count as usize);
        steps = later;
        match action {
            Action::Load | Action::LoadSorted => {
                let from = if action == Action::Load { cells } else { sorted };
                for step in now {
                    let offset = step.read[0] as usize | (step.read[1] as usize) << 16;
                    slots[step.write[0] as usize] = K::Lanes::load(&from[offset..]);
                }
            }
            Action::Exchange => {
                for step in now {
                    let (a, b) = operands::<K>(slots, step);
                    let [smaller, larger] = a.exchange(b);
                    write::<K>(slots, step.write[0], smaller);
                    write::<K>(slots, step.write[1], larger);
                }
            }
            Action::Minimum => {
                for step in now {
                    let (a, b) = operands::<K>(slots, step);
                    write::<K>(slots, step.write[0], a.min(b));
                }
            }
            Action::Maximum => {
                for step in now {
                    let (a, b) = operands::<K>(slots, step);
                    write::<K>(slots, step.write[1], a.max(b));
                }
            }
        }
    }
    for (output, &slot) in program.outputs.iter().enumerate() {
        slots[slot as usize].store(&mut out[output * stride..]);
    }
}

#[inline(always)]
fn operands<K: Key>(slots: &[K::Lanes], step: &Step) -> (K::Lanes, K::Lanes) {
    let [a, b] = step.read.map(usize::from);
    debug_assert!(a < slots.len() && b < slots.len());
    // SAFETY: Compiler::take_slot gave both, below Program::slots, the length of `slots`.
    unsafe { (*slots.get_unchecked(a), *slots.get_unchecked(b)) }
}

#[inline(always)]
fn write<K: Key>(slots: &mut [K::Lanes], slot: u16, value: K::Lanes) {
    debug_assert!((slot as usize) < slots.len());
    // SAFETY: Compiler::take_slot gave the slot, below Program::slots, the length of `slots`.
    unsafe { *slots.get_unchecked_mut(slot as usize) = value };
}
