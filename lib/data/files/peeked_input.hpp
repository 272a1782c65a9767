#pragma once

#include <filesystem>
#include <istream>
#include <streambuf>
#include <string>
#include <string_view>

#include <plstm/data/files/input_file.hpp>

namespace plstm {

/// An InputFile whose beginning is looked at before it is read, be it a file or a pipe.
class PeekedInput {
 public:
  /// Reads the beginning. Throws FileError naming the path.
  explicit PeekedInput(const std::filesystem::path& path);
  PeekedInput(const PeekedInput&) = delete;
  PeekedInput& operator=(const PeekedInput&) = delete;

  const std::string& name() const noexcept { return file_.name(); }

  /// Up to 64 KiB.
  std::string_view beginning() const noexcept { return beginning_; }

  /// The whole, from the beginning. Valid as long as this object.
  std::istream& stream() noexcept { return stream_; }

 private:
  // The beginning, then the rest of the file.
  class Buffer : public std::streambuf {
   public:
    Buffer(std::string& beginning, std::istream& rest);

   protected:
    int_type underflow() override;

   private:
    std::istream& rest_;
    std::string block_;
  };

  InputFile file_;
  std::string beginning_;
  Buffer buffer_;
  std::istream stream_;
};

}  // namespace plstm
