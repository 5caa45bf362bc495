//! The example `plot` has gnuplot draw, and tells in plain words and by its exit code why gnuplot
//! did not.

mod common;

use std::fs;
use std::process::{Command, Output};

use common::*;

fn plot(arguments: &[&str]) -> Command {
    library_dir();
    tool("gnuplot");
    let mut command = Command::new(built("bin/c/plot"));
    command.args(arguments);
    command
}

/// Runs `plot` on a script and checks its exit code and that it wrote to stderr alone.
fn told(command: &mut Command, code: i32) -> String {
    let output: Output = outcome(command);
    assert_eq!(output.status.code(), Some(code), "{}", transcript(command, &output));
    assert!(output.stdout.is_empty(), "{}", transcript(command, &output));
    text(&output.stderr)
}

fn path_of(path: &std::path::Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn a_picture_is_drawn() {
    let scratch = Scratch::new();
    let script = scratch.write(
        "script.gp",
        "set terminal pngcairo size width,200\nset output folder.'/picture.png'\nplot sin(x)\n",
    );
    let folder = format!("folder={}", scratch.folder().display());
    assert_eq!(told(&mut plot(&[path_of(&script), &folder, "width=300"]), 0), "");
    let picture = fs::read(scratch.path("picture.png")).expect("a picture");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    // Width and height, in the header.
    assert_eq!(picture[16..24], [0, 0, 1, 44, 0, 0, 0, 200]);
}

#[test]
fn settings_are_numbers_and_strings() {
    let scratch = Scratch::new();
    let script =
        scratch.write("script.gp", "print n + 1\nprint '<'.word.'>'\nprint '<'.none.'>'\n");
    let words = plot(&[path_of(&script), "n=2.5e3", r#"word=it's "5" \n a;b # 'c"#, "none="])
        .output()
        .expect("plot runs");
    assert_eq!(text(&words.stderr), "2501.0\n<it's \"5\" \\n a;b # 'c>\n<>\n");
    assert!(words.status.success());
}

#[test]
fn words_longer_than_pipes_come_whole() {
    let scratch = Scratch::new();
    // Nothing waits for anything: the script is longer than a pipe holds, and so is what it says.
    let lines = 20_000;
    let script: String = (0..lines).map(|i| format!("print '{i:0300}'\n")).collect();
    let script = scratch.write("script.gp", &script);
    let words = told(&mut plot(&[path_of(&script)]), 0);
    assert!(words.lines().enumerate().all(|(i, line)| line == format!("{i:0300}")));
    assert_eq!(words.lines().count(), lines);
}

#[test]
fn a_bad_script_is_told_with_gnuplots_words() {
    let scratch = Scratch::new();
    let bad = "set output\nprint 'so far'\nplot nothing_of_this_name\n";
    // Long enough for gnuplot to end while it is still being given the script.
    let script = scratch.write("script.gp", &(bad.to_string() + &"# more\n".repeat(100_000)));
    let words = told(&mut plot(&[path_of(&script), "n=1", "word=x"]), 1);
    let expected = "line 3: undefined variable: nothing_of_this_name\n";
    assert!(words.starts_with("so far\n") && words.contains(expected), "{words}");
    let end = format!("plot: {}: gnuplot failed with exit code 1\n", script.display());
    assert!(words.ends_with(&end), "{words}");
}

#[test]
fn exit_codes_and_signals_are_passed_on() {
    let scratch = Scratch::new();
    let script = scratch.write("script.gp", "exit status 7\n");
    let end = format!("plot: {}: gnuplot failed with exit code 7\n", script.display());
    assert_eq!(told(&mut plot(&[path_of(&script)]), 7), end);
    let script = scratch.write("script.gp", "system('kill -TERM $PPID')\npause 60\n");
    let end = format!("plot: {}: signal 15 ended gnuplot\n", script.display());
    assert_eq!(told(&mut plot(&[path_of(&script)]), 143), end);
}

#[test]
fn a_script_without_end_is_ended() {
    let scratch = Scratch::new();
    let script = scratch.write("script.gp", "while (1) { pause 0.05 }\n");
    let end = format!("plot: {}: gnuplot was killed after 0.5 s\n", script.display());
    assert_eq!(told(&mut plot(&["-t", "0.5", path_of(&script)]), 124), end);
}

#[test]
fn a_missing_gnuplot_is_told() {
    let scratch = Scratch::new();
    let script = scratch.write("script.gp", "plot sin(x)\n");
    let words = told(plot(&[path_of(&script)]).env("PATH", scratch.folder()), 127);
    assert!(words.starts_with("plot: gnuplot cannot be started; is it installed? "), "{words}");
    assert!(words.contains("No such file or directory"), "{words}");
}

#[test]
fn a_missing_script_and_bad_settings_are_told() {
    let scratch = Scratch::new();
    let script = scratch.path("missing.gp");
    let words = told(&mut plot(&[path_of(&script)]), 1);
    assert_eq!(words, format!("{}: No such file or directory\n", script.display()));
    for bad in [&[] as &[&str], &["s.gp", "1x=3"], &["s.gp", "x"], &["-t", "-1", "s.gp"]] {
        let words = told(&mut plot(bad), 2);
        assert!(words.starts_with("usage: plot "), "{words}");
    }
}
