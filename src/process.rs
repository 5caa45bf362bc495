//! Process control: start a program, read what it writes while it runs, write to it, pause,
//! resume, stop or kill it, and learn how it ended.
//!
//! A [`Process`] may be used from several threads at once. It works in a host that holds much
//! memory, has many threads, ignores or blocks signals, or runs without standard streams; it
//! installs no signal handler and changes none. No shell is involved.
//!
//! From the ground up: `command` and `descriptors` prepare a start, `lines`, `glob` and `timeout`
//! know bytes and time only; `child` is a child of the host, `input` and `output` are the ends of
//! its streams that the host holds; `spawn` makes a child, which `exec` turns into the program, and
//! `reaper` clears it away; `state` is what the calls on one program share, and how they wait. On
//! top of it stand the calls: `start`, `read`, `write`, `signals`, `exit`, `expect`, `poll`, `run`.

mod child;
mod command;
mod descriptors;
mod exec;
mod exit;
mod expect;
mod glob;
mod input;
mod lines;
mod output;
mod poll;
mod read;
mod reaper;
mod run;
mod signals;
mod spawn;
mod start;
mod state;
mod timeout;
mod write;

pub use child::Usage;
pub use command::{Redirect, Settings, Stream};
pub use expect::Match;
pub use lines::Delivered;
pub use poll::{Events, poll};
pub use run::{Finished, run};
pub use signals::{RunState, signal_number};
pub use state::Process;
pub use timeout::Timeout;
