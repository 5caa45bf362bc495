/* Hosts of unusual kinds: each mode is one promise of process control, kept in a host whose
 * descriptors, threads, copies or kernel are special. Silent and 0 when it is kept. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include "process_host.h"

/* What `ls -m /proc/self/fd` writes when it was given the standard streams: 3 is the folder. */
static const char standard_only[] = "0, 1, 2, 3";

static void closed_descriptors(void)
{
    messages = fcntl(2, F_DUPFD_CLOEXEC, 10);
    for (int closed = 1; closed < 8; closed++) {
        for (int place = 0; place < 3; place++)
            if (closed & (1 << place))
                close(place);
        fourier_process_options *options = fourier_process_options_new();
        fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
        fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_PIPE);
        const char *script = "read line; echo out $line; echo err >&2; exec ls -m /proc/self/fd";
        fourier_process *process = start_with(script, options);
        MUST(fourier_process_write(process, "in\n", 3, NULL, 5.0) == FOURIER_OK);
        MUST(strcmp(line_of(process), "out in") == 0);
        MUST(strcmp(line_of(process), standard_only) == 0);
        char line[16];
        MUST(fourier_process_read_line(process, FOURIER_STDERR, line, sizeof line, NULL, 5.0) == 0);
        MUST(strcmp(line, "err") == 0 && code_of(process) == 0);
        fourier_process_free(process);
        /* Inherited from a host that has none: open, to nothing. */
        fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_INHERIT);
        fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_INHERIT);
        process = start_with("exec ls -m /proc/self/fd", options);
        MUST(strcmp(line_of(process), standard_only) == 0 && code_of(process) == 0);
        fourier_process_free(process);
        fourier_process_options_free(options);
        for (int place = 0; place < 3; place++) {
            MUST((fcntl(place, F_GETFD) == -1) == ((closed >> place) & 1));
            if (closed & (1 << place))
                MUST(open("/dev/null", O_RDWR) == place);
        }
    }
}

/* An inherited stream that the host has marked close-on-exec arrives all the same. */
static void close_on_exec_streams(void)
{
    fcntl(0, F_SETFD, FD_CLOEXEC);
    fcntl(2, F_SETFD, FD_CLOEXEC);
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_INHERIT);
    fourier_process *process = start_with("exec ls -m /proc/self/fd", options);
    MUST(strcmp(line_of(process), standard_only) == 0 && code_of(process) == 0);
    MUST(fcntl(0, F_GETFD) == FD_CLOEXEC);
    fourier_process_free(process);
    fourier_process_options_free(options);
}

static void forked_copy(void)
{
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
    fourier_process *process = start_with("echo one; echo two; read line; echo $line; exit 6", options);
    MUST(strcmp(line_of(process), "one") == 0);
    pid_t copy = fork();
    if (copy == 0) {
        char line[16];
        int code = 12345, events = FOURIER_EVENT_EXIT;
        size_t length;
        fourier_run_state state;
        int before = descriptors();
        MUST(fourier_process_read_line(process, FOURIER_STDOUT, line, 16, NULL, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_read(process, FOURIER_STDOUT, line, 16, &length, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_peek(process, FOURIER_STDOUT, line, 16, &length, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_write(process, "x\n", 2, NULL, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_close_stdin(process) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_signal(process, SIGKILL) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_pause(process, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_resume(process) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_kill(process) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_stop(process, 1.0, &code) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_wait(process, 1.0, &code) == FOURIER_NOT_OUR_CHILD && code == 12345);
        MUST(fourier_process_state(process, &state) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_usage(process, NULL, NULL, NULL, NULL) == FOURIER_NOT_OUR_CHILD);
        MUST(fourier_process_poll(1, &process, &events, &code, 1.0) == FOURIER_NOT_OUR_CHILD);
        MUST(strstr(fourier_last_error(), "copy") != NULL);
        fourier_process_free(process);
        MUST(descriptors() == before - 3); /* stdin, stdout, pidfd */
        /* The copy has children of its own. */
        process = start("exit 3");
        MUST(code_of(process) == 3);
        fourier_process_free(process);
        MUST(no_children());
        _exit(0);
    }
    int status = -1;
    MUST(waitpid(copy, &status, 0) == copy && status == 0);
    /* The program lives on, and its stdin is still open. */
    MUST(strcmp(line_of(process), "two") == 0);
    MUST(fourier_process_write(process, "three\n", 6, NULL, 5.0) == FOURIER_OK);
    MUST(strcmp(line_of(process), "three") == 0);
    MUST(code_of(process) == 6);
    fourier_process_free(process);
    fourier_process_options_free(options);
}

/* A copy forked while other threads wait inside the library. */
static void *wait_for_end(void *process)
{
    int code = 12345;
    MUST(fourier_process_wait(process, 20.0, &code) == FOURIER_OK && code == -SIGKILL);
    return NULL;
}

static void *read_for_ever(void *process)
{
    char line[64];
    int status;
    while ((status = fourier_process_read_line(process, FOURIER_STDOUT, line, 64, NULL, 20.0)) == FOURIER_OK) {
    }
    MUST(status == FOURIER_END_OF_STREAM);
    return NULL;
}

static void forked_copy_of_threads(void)
{
    /* The thread that waits may keep little, and leaves the rest to the one that reads. */
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_output_limit(options, 100000);
    fourier_process *process = start_with("yes", options);
    fourier_process_options_free(options);
    pthread_t waiting, reading;
    pthread_create(&waiting, NULL, wait_for_end, process);
    pthread_create(&reading, NULL, read_for_ever, process);
    for (int i = 0; i < 200; i++) {
        pid_t copy = fork();
        if (copy == 0) {
            char line[64];
            alarm(20); /* a lock held by a thread that does not exist here would last for ever */
            MUST(fourier_process_read_line(process, FOURIER_STDOUT, line, 64, NULL, 1.0) == FOURIER_NOT_OUR_CHILD);
            fourier_process_free(process);
            _exit(0);
        }
        int status = -1;
        MUST(waitpid(copy, &status, 0) == copy && status == 0);
    }
    MUST(fourier_process_kill(process) == FOURIER_OK);
    pthread_join(waiting, NULL);
    pthread_join(reading, NULL);
    fourier_process_free(process);
}

/* The program outlives the thread that started it. */
static void *start_and_end(void *place)
{
    *(fourier_process **)place = start("echo x; read line; sleep 0.3; exit 4");
    return NULL;
}

static void thread_that_started_ends(void)
{
    fourier_process *process;
    pthread_t thread;
    pthread_create(&thread, NULL, start_and_end, &process);
    pthread_join(thread, NULL);
    MUST(strcmp(line_of(process), "x") == 0 && code_of(process) == 4);
    fourier_process_free(process);
}

static void a_thousand(void)
{
    int before = descriptors();
    start_many(1000);
    MUST(no_children() && descriptors() == before);
}

static void *one_of_eight(void *unused)
{
    (void)unused;
    start_many(90);
    for (int i = 0; i < 10; i++) {
        fourier_process_options *options = fourier_process_options_new();
        fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_PIPE);
        fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
        fourier_process *process = start_with("exec ls -m /proc/self/fd", options);
        char line[64];
        MUST(fourier_process_read_line(process, FOURIER_STDOUT, line, 64, NULL, 20.0) == FOURIER_OK);
        MUST(strcmp(line, standard_only) == 0);
        MUST(code_of(process) == 0);
        fourier_process_free(process);
        fourier_process_options_free(options);
    }
    return NULL;
}

static void eight_threads(void)
{
    int before = descriptors();
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, one_of_eight, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    MUST(no_children() && descriptors() == before);
}

/* Neither the limit of descriptors nor high ones make a start slow. */
static void many_descriptors(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int high = fcntl(2, F_DUPFD, (int)(limit.rlim_max < 500000 ? limit.rlim_max - 1 : 500000));
    MUST(high > 2);
    double begin = now();
    for (int i = 0; i < 20; i++) {
        fourier_process *process = start("exec ls -m /proc/self/fd");
        MUST(strcmp(line_of(process), standard_only) == 0 && code_of(process) == 0);
        fourier_process_free(process);
    }
    MUST(now() - begin < 10.0);
    close(high);
}

static void no_descriptor_left(void)
{
    fourier_process *process = start("sleep 60");
    int before = descriptors(), opened[1024], count = 0;
    struct rlimit limit = {256, 256};
    setrlimit(RLIMIT_NOFILE, &limit);
    while (count < 1024 && (opened[count] = open("/dev/null", O_RDONLY)) >= 0)
        count++;
    /* A wait and an end need none. */
    MUST(fourier_process_wait(process, 0.1, NULL) == FOURIER_TIMED_OUT);
    MUST(fourier_process_kill(process) == FOURIER_OK && code_of(process) == -SIGKILL);
    fourier_process_free(process);
    for (int spare = 0; spare < 12; spare++) {
        const char *argv[] = {"/bin/true", NULL};
        int status = fourier_process_start(argv, NULL, &process);
        MUST(status == -EMFILE || status == FOURIER_OK);
        MUST(spare < 11 || status == FOURIER_OK);
        if (status == FOURIER_OK)
            MUST(code_of(process) == 0);
        fourier_process_free(process);
        close(opened[--count]);
    }
    while (count > 0)
        close(opened[--count]);
    MUST(descriptors() == before - 2 && no_children()); /* stdout and pidfd of the first */
}

/* A kernel without what is new in Linux 5: every such call says that it does not exist. */
static void old_kernel(void)
{
#define REFUSE(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        REFUSE(SYS_close_range), REFUSE(SYS_pidfd_send_signal), REFUSE(SYS_pidfd_open),
        REFUSE(SYS_clone3),      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    int high = fcntl(2, F_DUPFD, 700);
    many_descriptors();
    fourier_process *process = start("echo x; exec sleep 60");
    MUST(strcmp(line_of(process), "x") == 0);
    MUST(fourier_process_pause(process, 20.0) == FOURIER_OK);
    int code = 0;
    MUST(fourier_process_stop(process, 20.0, &code) == FOURIER_OK && code == -SIGTERM);
    fourier_process_free(process);
    start_many(20);
    close(high);
}

int main(int argc, char **argv)
{
    static const struct mode modes[] = {
        {"closed_descriptors", closed_descriptors},
        {"close_on_exec_streams", close_on_exec_streams},
        {"forked_copy", forked_copy},
        {"forked_copy_of_threads", forked_copy_of_threads},
        {"thread_that_started_ends", thread_that_started_ends},
        {"a_thousand", a_thousand},
        {"eight_threads", eight_threads},
        {"many_descriptors", many_descriptors},
        {"no_descriptor_left", no_descriptor_left},
        {"old_kernel", old_kernel},
    };
    return run_mode(argc, argv, modes, sizeof modes / sizeof *modes);
}
