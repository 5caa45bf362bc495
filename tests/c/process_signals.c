/* Hosts with signal state of their own: each mode is one promise of process control. Silent and 0
 * when it is kept. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "process_host.h"

/* In the program no signal is blocked, ignored or caught. */
static void child_has_plain_signals(void)
{
    fourier_process *process = start("exec cat /proc/self/status");
    char line[256];
    int seen = 0;
    while (fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, NULL, 20.0) == 0)
        if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0 || strncmp(line, "SigCgt", 6) == 0) {
            MUST(strstr(line, "0000000000000000") != NULL);
            seen++;
        }
    MUST(seen == 3 && code_of(process) == 0);
    fourier_process_free(process);
}

static void blocked_signals(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child_has_plain_signals();
    fourier_process *process = start("exec sleep 60");
    int code = 0;
    MUST(fourier_process_stop(process, 20.0, &code) == FOURIER_OK && code == -SIGTERM);
    fourier_process_free(process);
    const char *missing[] = {"/nonexistent", NULL};
    MUST(fourier_process_start(missing, NULL, &process) == -ENOENT);
    /* The host's mask is as it was, after failures too. */
    pthread_sigmask(SIG_SETMASK, &before, &all);
    for (int signal = 1; signal < 65; signal++)
        MUST(signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33 ||
             sigismember(&all, signal) == 1);
}

static void nothing(int signal)
{
    (void)signal;
}

static void ignored_and_caught_signals(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, nothing);
    signal(SIGUSR1, nothing);
    child_has_plain_signals();
    fourier_process *process = start("exec sleep 60");
    MUST(fourier_process_signal(process, SIGINT) == FOURIER_OK);
    MUST(code_of(process) == -SIGINT);
    fourier_process_free(process);
    MUST(signal(SIGINT, SIG_DFL) == SIG_IGN && signal(SIGTERM, SIG_DFL) == nothing);
}

static void default_sigpipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
    fourier_process *process = start_with("exec <&-; echo closed; sleep 60", options);
    MUST(strcmp(line_of(process), "closed") == 0);
    size_t written = 99;
    MUST(fourier_process_write(process, "x", 1, &written, 5.0) == -EPIPE && written == 0);
    MUST(fourier_process_write(process, "x", 1, &written, 5.0) == -EPIPE);
    struct sigaction action;
    sigset_t mask, pending;
    sigaction(SIGPIPE, NULL, &action);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    sigpending(&pending);
    MUST(action.sa_handler == SIG_DFL && !sigismember(&mask, SIGPIPE) && !sigismember(&pending, SIGPIPE));
    /* One of the host's own that was pending before stays. */
    sigemptyset(&mask);
    sigaddset(&mask, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    raise(SIGPIPE);
    MUST(fourier_process_write(process, "x", 1, &written, 5.0) == -EPIPE);
    sigpending(&pending);
    MUST(sigismember(&pending, SIGPIPE));
    fourier_process_free(process);
    fourier_process_options_free(options);
}

/* The status is lost, never 0; everything else works. */
static void status_is_lost(fourier_process *process)
{
    int code = 12345;
    double begin = now();
    MUST(fourier_process_wait(process, 20.0, &code) == FOURIER_STATUS_LOST && code == 12345);
    MUST(now() - begin < 10.0);
    MUST(fourier_process_wait(process, 0.0, &code) == FOURIER_STATUS_LOST);
    MUST(fourier_process_stop(process, 0.0, &code) == FOURIER_STATUS_LOST);
    MUST(fourier_process_usage(process, NULL, NULL, NULL, NULL) == FOURIER_STATUS_LOST);
    MUST(strstr(fourier_last_error(), "SIGCHLD") != NULL);
    fourier_run_state state = FOURIER_RUNNING;
    MUST(fourier_process_state(process, &state) == FOURIER_OK && state == FOURIER_EXITED);
    MUST(fourier_process_kill(process) == FOURIER_OK);
    fourier_process_free(process);
}

static void sigchld_ignored(void)
{
    signal(SIGCHLD, SIG_IGN);
    fourier_process *process = start("echo x; read line; exit 3");
    MUST(strcmp(line_of(process), "x") == 0);
    status_is_lost(process);
    process = start("sleep 60");
    MUST(fourier_process_wait(process, 0.1, NULL) == FOURIER_TIMED_OUT);
    MUST(fourier_process_pause(process, 20.0) == FOURIER_OK);
    MUST(fourier_process_kill(process) == FOURIER_OK);
    status_is_lost(process);
    const char *missing[] = {"/nonexistent", NULL};
    MUST(fourier_process_start(missing, NULL, &process) == -ENOENT);
    int code = 12345;
    char *out = NULL;
    const char *argv[] = {"echo", "text", NULL};
    MUST(fourier_process_run(argv, NULL, NULL, 0, 20.0, &code, &out, NULL, NULL, NULL) == FOURIER_STATUS_LOST);
    MUST(code == 12345 && strcmp(out, "text\n") == 0);
    fourier_process_output_free(out);
    /* Lost at free, while it runs. */
    fourier_process_free(start("sleep 60"));
}

static void status_stolen(void)
{
    fourier_process *process = start("exit 3");
    MUST(waitpid(-1, NULL, 0) == fourier_process_pid(process));
    /* A number that is no longer ours gets no signal. */
    MUST(fourier_process_signal(process, SIGKILL) == FOURIER_OK);
    status_is_lost(process);
    process = start("exit 4");
    MUST(waitpid(-1, NULL, 0) == fourier_process_pid(process));
    fourier_process_free(process);
}

/* The number of a program whose status was stolen may be another process's by now: nothing may be
 * sent to a number any more. Whoever calls kill(2) here dies; a signal through the descriptor of
 * the process itself harms nobody. */
static void recycled_pid(void)
{
#define DIE_AT(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        DIE_AT(SYS_kill), DIE_AT(SYS_tkill), DIE_AT(SYS_tgkill),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    fourier_process *processes[4];
    for (int i = 0; i < 4; i++) {
        processes[i] = start("exit 3");
        MUST(waitpid(-1, NULL, 0) == fourier_process_pid(processes[i]));
    }
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    MUST(fourier_process_signal(processes[0], SIGKILL) == FOURIER_OK);
    MUST(fourier_process_kill(processes[1]) == FOURIER_OK);
    MUST(fourier_process_pause(processes[1], 1.0) == FOURIER_OK);
    int code = 12345;
    MUST(fourier_process_stop(processes[2], 0.0, &code) == FOURIER_STATUS_LOST && code == 12345);
    for (int i = 0; i < 4; i++)
        fourier_process_free(processes[i]);
}

/* A host that catches signals all the time: no call is disturbed. */
static void interrupted(void)
{
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGALRM, &action, NULL);
    timer_t timer;
    struct itimerspec period = {{0, 500000}, {0, 500000}};
    MUST(timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0);
    MUST(timer_settime(timer, 0, &period, NULL) == 0);
    double begin = now();
    fourier_process *process = start("for i in 1 2 3 4 5; do sleep 0.05; echo $i; done; sleep 60");
    for (char digit = '1'; digit < '6'; digit++)
        MUST(*line_of(process) == digit);
    MUST(fourier_process_wait(process, 0.3, NULL) == FOURIER_TIMED_OUT);
    double waited = now() - begin;
    MUST(waited > 0.54 && waited < 5.0);
    fourier_process_free(process);
    start_many(50);
}

int main(int argc, char **argv)
{
    static const struct mode modes[] = {
        {"blocked_signals", blocked_signals},
        {"ignored_and_caught_signals", ignored_and_caught_signals},
        {"default_sigpipe", default_sigpipe},
        {"sigchld_ignored", sigchld_ignored},
        {"status_stolen", status_stolen},
        {"recycled_pid", recycled_pid},
        {"interrupted", interrupted},
    };
    return run_mode(argc, argv, modes, sizeof modes / sizeof *modes);
}
