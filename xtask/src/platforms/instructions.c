/* Counts the instructions of a program that runs in QEMU, and says at its end how many. */

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

/* What is used of the first version of QEMU's interface for plugins. */
typedef uint64_t Id;
struct qemu_plugin_tb;
void qemu_plugin_register_vcpu_tb_trans_cb(Id, void (*)(Id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
void qemu_plugin_register_atexit_cb(Id, void (*)(Id, void *), void *);
enum { ADD = 0 };

int qemu_plugin_version = 1;

static uint64_t count;

static void translated(Id id, struct qemu_plugin_tb *block)
{
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &count, qemu_plugin_tb_n_insns(block));
}

static void ended(Id id, void *data)
{
    printf("%" PRIu64 "\n", count);
    /* QEMU ends without that. */
    fflush(stdout);
}

int qemu_plugin_install(Id id, const void *about, int argc, char **argv)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
