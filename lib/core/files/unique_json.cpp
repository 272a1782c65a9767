#include "core/files/unique_json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>

namespace plstm {

namespace {

using Json = nlohmann::ordered_json;

// A name in quotes, no longer than a line.
std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  return name.size() <= kLongest ? "'" + printable(name) + "'"
                                 : "'" + printable(name.substr(0, kLongest)) + "...'";
}

// Builds the value from what the parser meets. The parser's own builder looks through an object for each key, and through a
// list after each item where it is to report them.
class TreeBuilder {
 public:
  explicit TreeBuilder(Json& root) : root_(root) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& value) { return add(std::move(value)); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Open& open = open_.back();
    if (!is_new(open, name)) throw FileError(shown(name) + " comes twice in an object");
    key_ = std::move(name);
    return true;
  }

  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception& error) {
    throw error;
  }

 private:
  struct Open {
    Json* value;
    std::unordered_set<std::string> keys;  // of an object with many
  };

  static bool is_new(Open& open, const std::string& name) {
    constexpr std::size_t kFew = 16;
    const auto& members = open.value->get_ref<const Json::object_t&>();
    if (members.size() < kFew) {
      return std::ranges::none_of(members, [&](const auto& member) { return member.first == name; });
    }
    if (open.keys.empty()) {
      for (const auto& [key, value] : members) open.keys.insert(key);
    }
    return open.keys.insert(name).second;
  }

  // The place of the next value.
  Json& place() {
    if (open_.empty()) return root_;
    Json& parent = *open_.back().value;
    if (parent.is_array()) return parent.get_ref<Json::array_t&>().emplace_back();
    // As a vector, which is what it is: its own functions look for the key once more.
    auto& members = static_cast<Json::object_t::Container&>(parent.get_ref<Json::object_t&>());
    return members.emplace_back(std::move(key_), nullptr).second;
  }

  template <class Value>
  bool add(Value&& value) {
    place() = Json(std::forward<Value>(value));
    return true;
  }

  bool open(Json value) {
    Json& placed = place();
    placed = std::move(value);
    open_.push_back({&placed, {}});  // it stays where it is as long as it is open
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Json& root_;
  std::vector<Open> open_;
  std::string key_;
};

}  // namespace

nlohmann::ordered_json parse_unique_json(std::string_view text) {
  Json root;
  TreeBuilder builder(root);
  Json::sax_parse(text, &builder);
  return root;
}

}  // namespace plstm
