//! The Fortran examples do what they say, and a fixed-form program from the time before modules
//! links with -lfourier and nothing else.

mod common;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::*;

/// A file with a light curve that has one oscillation, at frequency 1.25, around a mean of 15.
fn light_curve(scratch: &Scratch, name: &str, frequency: f64) -> String {
    let mut lines = String::from("# time [d]   magnitude   error\n\n");
    let (mut t, mut seed) = (48823.5, 12345u64);
    for _ in 0..400 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        t += 0.02 + 0.2 * (seed >> 40) as f64 / (1u64 << 24) as f64;
        let x = 15.0 + 0.3 * (std::f64::consts::TAU * frequency * t).sin();
        writeln!(lines, "{t:.6} {x:.6} 0.010").expect("text can be written");
    }
    scratch.write(name, &lines).display().to_string()
}

fn example(name: &str, arguments: &[&str]) -> Command {
    library_dir();
    let mut command = Command::new(built(&format!("bin/fortran/{name}")));
    command.args(arguments);
    command
}

fn table(path: &Path) -> Vec<[f64; 2]> {
    let lines = fs::read_to_string(path).expect("the example wrote its output");
    let number = |word: &str| word.parse().unwrap_or_else(|_| panic!("{word} is no number"));
    let row = |line: &str| {
        let numbers: Vec<f64> = line.split_whitespace().map(number).collect();
        <[f64; 2]>::try_from(numbers).expect("two columns")
    };
    lines.lines().map(row).collect()
}

#[test]
fn modern_and_legacy_examples_find_the_peak_and_agree() {
    let scratch = Scratch::new();
    let curve = light_curve(&scratch, "curve.txt", 1.25);
    let mut tables = Vec::new();
    for name in ["spectrum", "legacy"] {
        let output = scratch.path(format!("{name}.out"));
        let output_name = output.display().to_string();
        let mut command = example(name, &[&curve, "0.5", "0.001", "1501", &output_name]);
        let printed = text(&run(&mut command).stdout);
        let words: Vec<_> = printed.split_whitespace().collect();
        assert!(words.contains(&"1.2500,") && words.contains(&"0.8000,"), "{printed}");
        tables.push(table(&output));
    }
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0].len(), 1501);
    let strongest = tables[0].iter().max_by(|a, b| a[1].total_cmp(&b[1])).expect("rows");
    assert_eq!(strongest[0], 1.25);
    // A sine of amplitude a in n samples has the power (a n / 2)^2; the sampling leaves its mark.
    let expected = (0.3f64 * 400.0 / 2.0).powi(2);
    assert!((strongest[1] / expected - 1.0).abs() < 0.1, "{strongest:?}, not {expected}");
}

#[test]
fn legacy_source_links_with_the_library_alone() {
    let scratch = Scratch::new();
    let curve = light_curve(&scratch, "curve.txt", 1.25);
    let source = file("fortran/examples/legacy.f");
    let program = compile_fortran(&scratch, &source, Fortran::Legacy);
    let printed = text(&run(Command::new(program).args([&curve, "1", "0.01", "50"])).stdout);
    assert!(printed.contains("1.2500"), "{printed}");
}

#[test]
fn parallel_example_reports_every_star() {
    let scratch = Scratch::new();
    let curves = [("a", 1.25), ("b", 2.5), ("c", 0.75)];
    let curves = curves.map(|(name, frequency)| light_curve(&scratch, name, frequency));
    let missing = scratch.path("missing").display().to_string();
    let empty = scratch.write("empty", "# nothing\n").display().to_string();

    let [a, b, c] = &curves;
    let mut command = example("parallel", &["0.5", "0.01", "251", a, b, c]);
    let printed = text(&run(&mut command).stdout);
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    for (line, (file, frequency)) in
        lines.iter().zip(curves.iter().zip(["1.2500,", "2.5000,", "0.7500,"]))
    {
        assert!(line.starts_with(file.as_str()) && line.contains(frequency), "{printed}");
    }

    let mut command = example("parallel", &["0.5", "0.01", "251", a, &missing, &empty, c]);
    let output = outcome(&mut command);
    let transcript = transcript(&command, &output);
    assert_eq!(output.status.code(), Some(1), "{transcript}");
    let printed = text(&output.stdout);
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].contains("1.2500,") && lines[3].contains("0.7500,"), "{transcript}");
    assert!(lines[1].contains("No such file"), "{transcript}");
    assert!(lines[2].contains("no samples"), "{transcript}");
    assert!(text(&output.stderr).contains("2 of 4 tasks failed"), "{transcript}");
}

#[test]
fn examples_say_what_is_wrong_with_their_arguments() {
    let scratch = Scratch::new();
    let curve = light_curve(&scratch, "curve.txt", 1.25);
    let bad = scratch.write("bad.txt", "1 2\n3 four\n").display().to_string();
    let nan = scratch.write("nan.txt", "1 2\n3 NaN\n").display().to_string();
    let empty = scratch.write("empty.txt", "# nothing\n").display().to_string();
    let cases: [(&[&str], &str); 8] = [
        (&[&curve, "0", "1"], "usage"),
        (&[&curve, "zero", "1", "5"], "zero"),
        (&[&curve, "0", "1", "-5"], "-5"),
        (&["missing.txt", "0", "1", "5"], "missing.txt"),
        (&[&bad, "0", "1", "5"], "bad.txt"),
        (&[&empty, "0", "1", "5"], "empty.txt"),
        (&[&nan, "0", "1", "5"], ""),
        (&[&curve, "0", "1", "5", "missing/out"], "missing/out"),
    ];
    for name in ["spectrum", "legacy"] {
        for (arguments, told) in cases {
            let mut command = example(name, arguments);
            let output = outcome(&mut command);
            let transcript = transcript(&command, &output);
            assert_eq!(output.status.code(), Some(1), "{transcript}");
            let errors = text(&output.stderr);
            assert!(!errors.is_empty() && errors.contains(told), "{transcript}");
        }
    }
}
