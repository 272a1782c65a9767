#include "safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>

namespace plstm {
namespace {

constexpr std::array<Named<TensorType>, 5> kTypes{{{TensorType::kU32, "U32"},
                                                   {TensorType::kF16, "F16"},
                                                   {TensorType::kF32, "F32"},
                                                   {TensorType::kF64, "F64"},
                                                   {TensorType::kI64, "I64"}}};

/// Takes the events of the JSON parser and accepts exactly
///   {"__metadata__": {text: text, ...}, name: {"dtype": text, "shape": [n, ...], "data_offsets": [n, n]},
///   ...}
/// so that neither nesting nor unknown values cost memory.
class HeaderReader {
 public:
  using json = nlohmann::json;

  SafetensorsHeader take() && { return std::move(header_); }

  bool start_object(std::size_t) {
    if (place_ == Place::kStart) return enter(Place::kTop);
    if (place_ != Place::kTop) return unexpected("an object");
    fields_.clear();
    if (key_ == "__metadata__") return enter(Place::kMetadata);
    header_.entries.emplace_back().name = key_;
    return enter(Place::kTensor);
  }

  bool key(std::string& text) {
    auto& seen = place_ == Place::kTop ? names_ : fields_;
    if (!seen.insert(text).second) {
      throw FileError(fmt::format("the header has '{}' twice{}", text, in_tensor()));
    }
    if (place_ == Place::kTensor && text != "dtype" && text != "shape" && text != "data_offsets") {
      throw FileError(fmt::format("unknown field '{}'{}", text, in_tensor()));
    }
    key_ = text;
    return true;
  }

  bool string(std::string& text) {
    if (place_ == Place::kMetadata) {
      header_.metadata.emplace(key_, text);
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype") return unexpected("text");
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.name == text; });
    if (type == kTypes.end()) {
      throw FileError(
          fmt::format("dtype {}{} is not supported, convert it to F32, F64 or I64", text, in_tensor()));
    }
    header_.entries.back().type = type->value;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ != Place::kTensor || key_ == "dtype") return unexpected("a list");
    offsets_.clear();
    return enter(Place::kList);
  }

  bool number_unsigned(std::uint64_t value) {
    if (place_ != Place::kList) return unexpected("a number");
    if (key_ == "data_offsets") {
      offsets_.push_back(value);
    } else if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      header_.entries.back().shape.push_back(static_cast<std::int64_t>(value));
    } else {
      throw FileError(fmt::format("shape entry {}{} is too large", value, in_tensor()));
    }
    return true;
  }

  bool end_array() {
    if (key_ == "data_offsets") {
      if (offsets_.size() != 2) {
        throw FileError(
            fmt::format("data_offsets has {} entries{}, expected 2", offsets_.size(), in_tensor()));
      }
      header_.entries.back().begin = offsets_[0];
      header_.entries.back().end = offsets_[1];
    }
    return enter(Place::kTensor);
  }

  bool end_object() {
    if (place_ == Place::kTop) return enter(Place::kEnd);
    if (place_ == Place::kTensor) {
      for (const char* field : {"dtype", "shape", "data_offsets"}) {
        if (fields_.count(field) == 0) throw FileError(fmt::format("{} is missing{}", field, in_tensor()));
      }
    }
    return enter(Place::kTop);
  }

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a boolean"); }
  bool number_integer(std::int64_t) { return unexpected("a negative number"); }
  bool number_float(double, const std::string&) { return unexpected("a number that is no integer"); }
  bool binary(json::binary_t&) { return unexpected("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) {
    throw FileError(fmt::format("the header is not JSON at its byte {}", position));
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kTensor, kList, kEnd };

  bool enter(Place place) {
    place_ = place;
    return true;
  }

  bool unexpected(std::string_view what) const {
    throw FileError(
        fmt::format("the header has {} where it may not stand, after '{}'{}", what, key_, in_tensor()));
  }

  std::string in_tensor() const {
    const bool inside = place_ == Place::kTensor || place_ == Place::kList;
    return inside ? fmt::format(" in tensor '{}'", header_.entries.back().name) : std::string();
  }

  SafetensorsHeader header_;
  Place place_ = Place::kStart;
  std::string key_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
  std::vector<std::uint64_t> offsets_;
};

void check_layout(SafetensorsHeader& header, std::uint64_t data_size) {
  std::sort(header.entries.begin(), header.entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t at = 0;
  for (const TensorEntry& entry : header.entries) {
    if (entry.end < entry.begin || entry.end > data_size) {
      throw FileError(
          fmt::format("tensor '{}' has data_offsets [{}, {}], but there are {} bytes of data (is the "
                      "file complete?)",
                      entry.name, entry.begin, entry.end, data_size));
    }
    if (entry.begin != at) {
      throw FileError(fmt::format("tensor '{}' begins at {}, the one before ends at {}: {}", entry.name,
                                  entry.begin, at, entry.begin < at ? "they overlap" : "there is a hole"));
    }
    const std::uint64_t expected = byte_size(entry.name, entry.type, entry.shape);
    if (entry.end - entry.begin != expected) {
      throw FileError(fmt::format("tensor '{}' has {} bytes, its shape needs {}", entry.name,
                                  entry.end - entry.begin, expected));
    }
    at = entry.end;
  }
  if (at != data_size) {
    throw FileError(fmt::format("the tensors end at byte {} of the data, which has {} bytes", at, data_size));
  }
}

std::string quoted(const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw ConfigError(
        fmt::format("write_safetensors: a name or metadata text of {} bytes is not UTF-8", text.size()));
  }
}

}  // namespace

std::string_view name(TensorType type) {
  return name_of(kTypes, type);
}

std::size_t element_size(TensorType type) {
  if (type == TensorType::kF16) return 2;
  return type == TensorType::kF32 || type == TensorType::kU32 ? 4 : 8;
}

std::uint64_t byte_size(const std::string& name, TensorType type, const std::vector<std::int64_t>& shape) {
  std::uint64_t size = element_size(type);
  for (const std::int64_t extent : shape) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (extent < 0 || (factor > 0 && size > std::numeric_limits<std::uint64_t>::max() / factor)) {
      throw FileError(
          fmt::format("tensor '{}' has a shape [{}] that is impossible", name, fmt::join(shape, ", ")));
    }
    size *= factor;
  }
  return size;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size) {
  if (!json.starts_with('{')) throw FileError("the header does not begin with '{'");
  // The JSON parser takes a NUL for the end of its input.
  if (json.find('\0') != std::string_view::npos) throw FileError("the header contains a zero byte");
  HeaderReader reader;
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  SafetensorsHeader header = std::move(reader).take();
  check_layout(header, data_size);
  return header;
}

std::string format_safetensors_header(const SafetensorsHeader& header) {
  std::string text = "{";
  const auto separate = [&text] {
    if (text.back() != '{') text += ',';
  };
  if (!header.metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      separate();
      text += quoted(key) + ":" + quoted(value);
    }
    text += '}';
  }
  for (const TensorEntry& entry : header.entries) {
    separate();
    text += fmt::format("{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", quoted(entry.name),
                        name(entry.type), fmt::join(entry.shape, ","), entry.begin, entry.end);
  }
  text += '}';
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace plstm
