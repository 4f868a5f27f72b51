/* base_list_test.c - typed lists whose links live in the elements. */
#include "base/list.h"

#include "support/random.h"

struct item {
    int number;
    LWI_LINK(struct item) link;
};

LWI_LIST(items, struct item, link);

/* Forwards and backwards the list is what its count says. */
static void
check_links(const struct items *list)
{
    const struct item *item, *last = NULL;
    size_t count = 0;

    for (item = list->first; item != NULL; item = item->link.next) {
        assert_ptr_equal(item->link.prev, last);
        last = item;
        count++;
    }
    assert_ptr_equal(list->last, last);
    assert_int_equal(list->count, count);
}

static void
first_in_is_first_out(void **state)
{
    struct item a = { .number = 1 }, b = { .number = 2 };
    struct items list = { 0 };

    (void)state;
    assert_null(items_pop_front(&list));
    items_push_back(&list, &a);
    check_links(&list);
    items_push_back(&list, &b);
    check_links(&list);
    assert_ptr_equal(items_pop_front(&list), &a);
    check_links(&list);
    assert_ptr_equal(items_pop_front(&list), &b);
    check_links(&list);
    assert_null(items_pop_front(&list));
}

static void
a_removed_element_can_go_back_in(void **state)
{
    struct item all[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
    struct items list = { 0 };
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++)
        items_push_back(&list, &all[i]);
    items_remove(&list, &all[1]);
    check_links(&list);
    assert_null(all[1].link.next);
    assert_null(all[1].link.prev);
    items_push_back(&list, &all[1]);
    check_links(&list);
    assert_ptr_equal(items_pop_front(&list), &all[0]);
    assert_ptr_equal(items_pop_front(&list), &all[2]);
    assert_ptr_equal(items_pop_front(&list), &all[1]);
}

static void
random_steps_keep_the_links(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed0002);
    struct item all[16] = { { 0 } };
    bool inside[16] = { false };
    struct items list = { 0 };
    size_t step, i, count = 0;

    (void)state;
    for (step = 0; step < 20000; step++) {
        i = lwt_random_below(&random, 16);
        if (inside[i]) {
            items_remove(&list, &all[i]);
            count--;
        } else {
            items_push_back(&list, &all[i]);
            count++;
        }
        inside[i] = !inside[i];
        check_links(&list);
        assert_int_equal(list.count, count);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_is_first_out),
        cmocka_unit_test(a_removed_element_can_go_back_in),
        cmocka_unit_test(random_steps_keep_the_links),
    };

    return LWT_RUN(tests);
}
