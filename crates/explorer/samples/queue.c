/* A queue of integers that grows as it is filled. */

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

struct queue {
    int *items;
    size_t capacity;
    size_t first;
    size_t count;
};

void queue_init(struct queue *queue)
{
    queue->items = NULL;
    queue->capacity = 0;
    queue->first = 0;
    queue->count = 0;
}

/* Makes room for twice as many; false if there is no memory. */
static bool queue_grow(struct queue *queue)
{
    size_t capacity = queue->capacity == 0 ? 8 : 2 * queue->capacity;
    int *items = malloc(capacity * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < queue->count; i++) {
        items[i] = queue->items[(queue->first + i) % queue->capacity];
    }
    free(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return true;
}

bool queue_push(struct queue *queue, int item)
{
    if (queue->count == queue->capacity && !queue_grow(queue)) {
        return false;
    }
    queue->items[(queue->first + queue->count) % queue->capacity] = item;
    queue->count++;
    return true;
}

bool queue_pop(struct queue *queue, int *item)
{
    if (queue->count == 0) {
        return false;
    }
    *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    return true;
}
