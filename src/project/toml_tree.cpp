/*
 * toml_tree.cpp - a whole TOML document in the form of a JSON document.
 *
 * The one file of C++ here, since the distribution's well-kept TOML library
 * is one: toml++. Nothing of C++ leaves it; every exception ends here.
 */
#include "project/toml_tree.h"

#include <cmath>
#include <cstdio>
#include <new>
#include <sstream>
#include <string>
#include <string_view>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include <lean_worker/status.h>

namespace
{

/* Thrown where a key cannot be shown. */
struct bad_key {
    toml::source_position at;
};

json_t *
owned(json_t *value)
{
    if (value == nullptr)
        throw std::bad_alloc();
    return value;
}

void
put(json_t *object, std::string_view key, json_t *value)
{
    if (json_object_set_new(object, std::string(key).c_str(), owned(value)) !=
        0)
        throw std::bad_alloc();
}

json_t *
text_of(std::string_view text)
{
    json_t *value = json_stringn(text.data(), text.size());

    /* toml++ lets no broken UTF-8 through; a NUL is fine for jansson. */
    return owned(value);
}

template <typename T>
std::string
printed(const T &value)
{
    std::ostringstream out;

    out << value;
    return out.str();
}

json_t *
convert(const toml::node &node);

bool
is_shown(std::string_view key)
{
    for (char c : key) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            return false;
    }
    return true;
}

/* Frees what is half made, where an exception passes. */
struct holder {
    json_t *value;

    explicit holder(json_t *value_) : value(owned(value_))
    {
    }
    holder(const holder &) = delete;
    holder &
    operator=(const holder &) = delete;
    ~holder()
    {
        json_decref(value);
    }

    json_t *
    take()
    {
        return json_incref(value);
    }
};

json_t *
convert_table(const toml::table &table)
{
    holder object(json_object()), lines(json_object());

    for (const auto &[key, node] : table) {
        if (!is_shown(key.str()))
            throw bad_key{ key.source().begin };
        put(object.value, key.str(), convert(node));
        put(lines.value, key.str(),
            json_integer(static_cast<json_int_t>(node.source().begin.line)));
    }
    put(lines.value, LWI_TOML_SELF,
        json_integer(static_cast<json_int_t>(table.source().begin.line)));
    put(object.value, LWI_TOML_LINES, lines.take());
    return object.take();
}

json_t *
convert_array(const toml::array &array)
{
    holder list(json_array());

    for (const auto &node : array) {
        if (json_array_append_new(list.value, convert(node)) != 0)
            throw std::bad_alloc();
    }
    return list.take();
}

json_t *
convert(const toml::node &node)
{
    if (const auto *table = node.as_table())
        return convert_table(*table);
    if (const auto *array = node.as_array())
        return convert_array(*array);
    if (const auto *text = node.as_string())
        return text_of(text->get());
    if (const auto *number = node.as_integer())
        return owned(json_integer(static_cast<json_int_t>(number->get())));
    if (const auto *flag = node.as_boolean())
        return owned(json_boolean(flag->get()));
    if (const auto *date = node.as_date())
        return text_of(printed(date->get()));
    if (const auto *time = node.as_time())
        return text_of(printed(time->get()));
    if (const auto *moment = node.as_date_time())
        return text_of(printed(moment->get()));
    /* A fraction; JSON has no word for "inf" and "nan". */
    const double number = node.value<double>().value_or(0);
    return owned(std::isfinite(number) ? json_real(number) : json_null());
}

int
fail(lwi_toml_fault *fault, const toml::source_position &at,
     std::string_view message)
{
    fault->line = at.line;
    fault->column = at.column;
    std::snprintf(fault->message, sizeof(fault->message), "%.*s",
                  static_cast<int>(message.size()), message.data());
    return LW_EPROJECT;
}

} // namespace

extern "C" int
lwi_toml_parse(json_t **out, const char *text, size_t size,
               struct lwi_toml_fault *fault)
{
    *out = nullptr;
    try {
        *out = convert_table(toml::parse(std::string_view(text, size)));
        return LW_OK;
    } catch (const toml::parse_error &error) {
        return fail(fault, error.source().begin, error.description());
    } catch (const bad_key &key) {
        return fail(fault, key.at, "a key has a control character");
    } catch (...) {
        return LW_ENOMEM;
    }
}

extern "C" unsigned
lwi_toml_line(const json_t *object, const char *key)
{
    const json_t *lines = json_object_get(object, LWI_TOML_LINES);

    return static_cast<unsigned>(
        json_integer_value(json_object_get(lines, key)));
}
