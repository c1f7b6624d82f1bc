# NumPy's memory handler (its NEP 49): `heap.py` says what for.

cdef extern from *:
    """
    #define NPY_NO_DEPRECATED_API NPY_API_VERSION
    #define NPY_TARGET_VERSION NPY_1_22_API_VERSION
    #include "numpy/arrayobject.h"
    #include <stdint.h>
    #include <stdlib.h>
    #include <string.h>

    /* What waits for its next array, at most; and blocks larger than this go back to the system. */
    #define LAZYTENSOR_IDLE ((size_t)64 << 20)
    #define LAZYTENSOR_LARGEST ((size_t)16 << 20)
    /* Blocks are aligned to cache lines; the line before a block tells of it. Sizes are rounded up to eight steps a power of two. */
    #define LAZYTENSOR_LINE 64
    #define LAZYTENSOR_BINS 200

    typedef struct lazytensor_block {
        void *raw;
        size_t size;
        int bin;
        struct lazytensor_block *next;
    } lazytensor_block;

    static lazytensor_block *lazytensor_free_blocks[LAZYTENSOR_BINS];
    static size_t lazytensor_idle_bytes = 0;

    static int lazytensor_bin(size_t size, size_t *rounded) {
        int power = 9;
        size_t step;
        if (size <= 512) {
            *rounded = ((size + LAZYTENSOR_LINE - 1) / LAZYTENSOR_LINE) * LAZYTENSOR_LINE;
            if (*rounded == 0) *rounded = LAZYTENSOR_LINE;
            return (int)(*rounded / LAZYTENSOR_LINE) - 1;
        }
        while (((size_t)2 << power) < size) power++;
        step = ((size_t)1 << power) / 8;
        *rounded = ((size + step - 1) / step) * step;
        return 8 + (power - 9) * 8 + (int)((*rounded - ((size_t)1 << power)) / step) - 1;
    }

    static lazytensor_block *lazytensor_header(void *data) {
        return (lazytensor_block *)((char *)data - LAZYTENSOR_LINE);
    }

    /* NumPy allocates under the interpreter lock, which guards the lists: what does not is not kept, nor anything where there is no lock. */
    static int lazytensor_guarded(void) {
    #ifdef Py_GIL_DISABLED
        return 0;
    #else
        return PyGILState_Check();
    #endif
    }

    static void lazytensor_drop(int bin) {
        lazytensor_block *block;
        while ((block = lazytensor_free_blocks[bin]) != NULL) {
            lazytensor_free_blocks[bin] = block->next;
            lazytensor_idle_bytes -= block->size;
            free(block->raw);
        }
    }

    static void lazytensor_trim(void) {
        int bin;
        for (bin = 0; bin < LAZYTENSOR_BINS; bin++) lazytensor_drop(bin);
    }

    static void *lazytensor_new(size_t size, int bin, int zeroed) {
        lazytensor_block *block;
        char *raw, *data;
        int attempt;
        if (size > SIZE_MAX - 2 * LAZYTENSOR_LINE) return NULL;
        for (attempt = 0, raw = NULL; attempt < 2 && raw == NULL; attempt++) {
            if (attempt && lazytensor_guarded()) lazytensor_trim();
            raw = zeroed ? calloc(1, size + 2 * LAZYTENSOR_LINE) : malloc(size + 2 * LAZYTENSOR_LINE);
        }
        if (raw == NULL) return NULL;
        data = (char *)(((uintptr_t)raw + 2 * LAZYTENSOR_LINE - 1) / LAZYTENSOR_LINE * LAZYTENSOR_LINE);
        block = lazytensor_header(data);
        block->raw = raw;
        block->size = size;
        block->bin = bin;
        return data;
    }

    static lazytensor_block *lazytensor_take(int bin) {
        lazytensor_block *block = NULL;
        if (bin >= 0 && lazytensor_guarded() && (block = lazytensor_free_blocks[bin]) != NULL) {
            lazytensor_free_blocks[bin] = block->next;
            lazytensor_idle_bytes -= block->size;
        }
        return block;
    }

    static void *lazytensor_malloc(void *context, size_t size) {
        size_t rounded = size;
        int bin = size > LAZYTENSOR_LARGEST ? -1 : lazytensor_bin(size, &rounded);
        lazytensor_block *block = lazytensor_take(bin);
        return block != NULL ? (char *)block + LAZYTENSOR_LINE : lazytensor_new(rounded, bin, 0);
    }

    static void *lazytensor_calloc(void *context, size_t count, size_t item) {
        size_t size, rounded;
        int bin;
        lazytensor_block *block;
        if (item != 0 && count > SIZE_MAX / item) return NULL;
        rounded = size = count * item;
        bin = size > LAZYTENSOR_LARGEST ? -1 : lazytensor_bin(size, &rounded);
        block = lazytensor_take(bin);
        if (block == NULL) return lazytensor_new(rounded, bin, 1);
        return memset((char *)block + LAZYTENSOR_LINE, 0, rounded);
    }

    static void lazytensor_release(void *context, void *data, size_t size) {
        lazytensor_block *block;
        int bin;
        if (data == NULL) return;
        block = lazytensor_header(data);
        if (block->bin < 0 || !lazytensor_guarded()) {
            free(block->raw);
            return;
        }
        /* Other sizes go first: they are less likely to be asked for next. */
        for (bin = LAZYTENSOR_BINS - 1; bin >= 0 && lazytensor_idle_bytes + block->size > LAZYTENSOR_IDLE; bin--)
            if (bin != block->bin) lazytensor_drop(bin);
        if (lazytensor_idle_bytes + block->size > LAZYTENSOR_IDLE) {
            free(block->raw);
            return;
        }
        block->next = lazytensor_free_blocks[block->bin];
        lazytensor_free_blocks[block->bin] = block;
        lazytensor_idle_bytes += block->size;
    }

    static void *lazytensor_realloc(void *context, void *data, size_t size) {
        void *found;
        size_t before;
        if (data == NULL) return lazytensor_malloc(context, size);
        before = lazytensor_header(data)->size;
        if (size <= before) return data;
        found = lazytensor_malloc(context, size);
        if (found == NULL) return NULL;
        memcpy(found, data, before);
        lazytensor_release(context, data, before);
        return found;
    }

    static PyDataMem_Handler lazytensor_handler = {
        "lazytensor", 1, {NULL, lazytensor_malloc, lazytensor_calloc, lazytensor_realloc, lazytensor_release}
    };

    static int lazytensor_use(void) {
        PyObject *capsule, *before;
        if (PyArray_ImportNumPyAPI() < 0) return -1;
        capsule = PyCapsule_New(&lazytensor_handler, "mem_handler", NULL);
        if (capsule == NULL) return -1;
        before = PyDataMem_SetHandler(capsule);
        Py_DECREF(capsule);
        if (before == NULL) return -1;
        Py_DECREF(before);
        return 0;
    }
    """
    int lazytensor_use() except -1
    void lazytensor_trim()
    size_t lazytensor_idle_bytes


def use():
    lazytensor_use()


def trim():
    lazytensor_trim()


def idle():
    return lazytensor_idle_bytes
