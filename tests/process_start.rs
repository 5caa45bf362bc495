//! A start gives the program exactly what was asked for; a start that fails says where and why.

#[path = "common/process.rs"]
mod calls;
mod common;

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use calls::*;

#[test]
fn words_are_given_as_they_are() {
    let words = ["printf", "%s|", "a b", "", "*", "$HOME", "'", "\"", "\\", "é", "-n", "\n"];
    let process = Options::new().start(&words);
    let (status, bytes) = process.line_into(STDOUT, 100, 20.0);
    assert_eq!(status, OK);
    assert_eq!(bytes, b"a b||*|$HOME|'|\"|\\|\xc3\xa9|-n|");
}

#[test]
fn a_failed_start_names_the_step_and_the_reason() {
    let scratch = common::Scratch::new();
    let plain = scratch.write("plain", "no program\n");
    let plain = plain.to_str().unwrap();
    let text = scratch.write("text", "no program\n");
    fs::set_permissions(&text, fs::Permissions::from_mode(0o755)).unwrap();
    let text = text.to_str().unwrap();
    let folder = scratch.folder().to_str().unwrap();
    let on_path = format!("{folder}:/nonexistent");
    let long = "x".repeat(200_000);
    let cases: Vec<(Options, Vec<&str>, i32, &str)> = vec![
        (Options::new(), vec!["/nonexistent/program"], libc::ENOENT, "execute"),
        (Options::new(), vec!["no-such-program"], libc::ENOENT, "PATH"),
        (Options::new(), vec![""], libc::ENOENT, "execute"),
        (Options::new(), vec![folder], libc::EACCES, "execute"),
        (Options::new(), vec![plain], libc::EACCES, "execute"),
        (Options::new().env("PATH", Some(&on_path)), vec!["plain"], libc::EACCES, "PATH"),
        (Options::new(), vec![text], libc::ENOEXEC, "execute"),
        (Options::new(), vec![plain, "/x"], libc::EACCES, "execute"),
        (Options::new().directory("/nonexistent"), vec!["true"], libc::ENOENT, "directory"),
        (Options::new().directory(plain), vec!["true"], libc::ENOTDIR, "directory"),
        (Options::new().file(STDIN, "/nonexistent"), vec!["true"], libc::ENOENT, "stdin"),
        (Options::new().file(STDOUT, "/nonexistent/x"), vec!["true"], libc::ENOENT, "stdout"),
        (Options::new(), vec!["true", &long], libc::E2BIG, "execute"),
    ];
    for (options, words, errno, step) in cases {
        let (_, status) = options.try_start(&words);
        let error = last_error();
        assert_eq!(status, -errno, "{error}");
        assert!(error.contains(step), "{error:?} should name {step:?}");
    }
}

#[test]
fn path_is_that_of_the_program() {
    let scratch = common::Scratch::new();
    for (name, mode) in [("one", 0o644), ("two", 0o755)] {
        let folder = scratch.path(name);
        fs::create_dir(&folder).unwrap();
        let program = folder.join("tool");
        fs::write(&program, format!("#!/bin/sh\necho {name}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
    }
    let folder = scratch.folder().to_str().unwrap();
    let path = format!("{folder}/none:{folder}/one:{folder}/two:/bin:/usr/bin");
    // What may not be executed is passed over, as shells do.
    let process = Options::new().env("PATH", Some(&path)).start(&["tool"]);
    assert_eq!(process.lines(STDOUT), ["two"]);
    // An empty entry is the directory that the program starts in.
    let here = Options::new().env("PATH", Some(":/bin")).directory(&format!("{folder}/two"));
    assert_eq!(here.start(&["tool"]).lines(STDOUT), ["two"]);
    assert_eq!(here.start(&["./tool"]).lines(STDOUT), ["two"]);
    let none = Options::new().env("PATH", None);
    assert_eq!(none.try_start(&["tool"]).1, -libc::ENOENT);
    assert_eq!(none.start(&["true"]).wait(), 0);
}

#[test]
fn environment_is_inherited_changed_or_cleared() {
    let seen = |options: Options| {
        let mut lines = options.start(&["/usr/bin/env"]).lines(STDOUT);
        lines.sort();
        lines
    };
    let mut host: Vec<String> =
        std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    host.sort();
    assert_eq!(seen(Options::new()), host);
    let changed = Options::new().env("PATH", None).env("NEW", Some("a=b")).env("NEW", Some("c=d"));
    host.retain(|entry| !entry.starts_with("PATH="));
    host.push("NEW=c=d".to_string());
    host.sort();
    assert_eq!(seen(changed), host);
    assert_eq!(seen(Options::new().clear_env()), [""; 0]);
    let only = Options::new().env("GONE", Some("x")).clear_env().env("EMPTY", Some(""));
    assert_eq!(seen(only), ["EMPTY="]);
}

#[test]
fn files_and_directory() {
    let scratch = common::Scratch::new();
    let (input, output) = (scratch.write("in", "from a file\n"), scratch.write("out", "old text"));
    let folder = scratch.folder().to_str().unwrap();
    let options = Options::new()
        .directory(folder)
        .file(STDIN, input.to_str().unwrap())
        .file(STDOUT, output.to_str().unwrap())
        .stream(STDERR, MERGE);
    let process = options.sh("cat; pwd -P >&2");
    assert_eq!(process.wait(), 0);
    let real = fs::canonicalize(folder).unwrap();
    let expected = format!("from a file\n{}\n", real.display());
    assert_eq!(fs::read_to_string(output).unwrap(), expected);
    assert_eq!(process.line_into(STDOUT, 9, 0.0).0, INVALID);
}

#[test]
fn stdin_is_empty_unless_asked_for() {
    assert_eq!(sh("cat; echo end").lines(STDOUT), ["end"]);
    assert_eq!(sh("true").write(b"x", 0.0), (INVALID, 0));
}

#[test]
fn no_descriptor_but_the_standard_ones_is_inherited() {
    let file = fs::File::open("/dev/null").unwrap();
    // SAFETY: a copy that exec does not close, as a careless host has them; closed below.
    let (low, high) = unsafe {
        use std::os::fd::AsRawFd;
        (
            libc::fcntl(file.as_raw_fd(), libc::F_DUPFD, 3),
            libc::fcntl(file.as_raw_fd(), libc::F_DUPFD, 900),
        )
    };
    assert!(low >= 3 && high >= 900);
    let options = Options::new().stream(STDIN, PIPE).stream(STDERR, PIPE);
    let process = options.start(&["ls", "-m", "/proc/self/fd"]);
    let listed = process.lines(STDOUT);
    // SAFETY: ours.
    unsafe { (libc::close(low), libc::close(high)) };
    assert_eq!(listed, ["0, 1, 2, 3"], "3 is the folder that ls reads");
}

#[test]
fn a_run_in_one_call() {
    use fourier::capi::*;
    use std::ffi::CStr;
    use std::ptr::{null, null_mut};
    let run = |script: &str, input: &[u8], timeout: f64| {
        let (mut code, mut out, mut err) = (12345, null_mut(), null_mut());
        let (mut out_size, mut err_size) = (99, 99);
        let words = Words::new(&["sh", "-c", script]);
        // SAFETY: words, input and places that live.
        let status = unsafe {
            let input_start = input.as_ptr().cast();
            fourier_process_run(
                words.as_ptr(),
                null(),
                input_start,
                input.len(),
                timeout,
                &mut code,
                &mut out,
                &mut out_size,
                &mut err,
                &mut err_size,
            )
        };
        let text = |text: *mut std::ffi::c_char, size| {
            // SAFETY: what the library gave, with its NUL; freed once.
            let copy = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
            assert_eq!(copy.len(), size);
            // SAFETY: as above.
            unsafe { fourier_process_output_free(text) };
            copy
        };
        (status, code, text(out, out_size), text(err, err_size))
    };
    let told = |out: &str, err: &str| (out.to_string(), err.to_string());
    let (status, code, out, err) = run("cat; echo err >&2; exit 5", b"input", 20.0);
    assert_eq!((status, code, (out, err)), (OK, 5, told("input", "err\n")));
    let (status, code, out, err) = run("echo begun; sleep 60", b"", 0.3);
    assert_eq!((status, code, (out, err)), (TIMED_OUT, -9, told("begun\n", "")));
    // Input that nobody reads is no failure; input that takes long counts.
    let (status, code, ..) = run("exit 2", &vec![b'x'; 1 << 20], 20.0);
    assert_eq!((status, code), (OK, 2));
    let (status, code, ..) = run("sleep 60", &vec![b'x'; 1 << 20], 0.3);
    assert_eq!((status, code), (TIMED_OUT, -9));
    let both = "head -c 3000000 /dev/zero | tr '\\0' o; head -c 3000000 /dev/zero | tr '\\0' e >&2";
    let (status, code, out, err) = run(both, b"", 60.0);
    assert_eq!((status, code, out.len(), err.len()), (OK, 0, 3_000_000, 3_000_000));
}

#[test]
fn signals_are_known_by_name() {
    let number = |name: &str| {
        let name = CString::new(name).unwrap();
        // SAFETY: a string.
        unsafe { fourier::capi::fourier_signal_number(name.as_ptr()) }
    };
    assert_eq!(number("SIGTERM"), libc::SIGTERM);
    assert_eq!(number("USR1"), libc::SIGUSR1);
    assert_eq!(number("SIGSTOP"), libc::SIGSTOP);
    assert_eq!((number("SIGNOTHING"), number(""), number("SIG")), (0, 0, 0));
}
