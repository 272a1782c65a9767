#include "plstm/core/files/atomic_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <plstm/core/error.hpp>

#include "core/files/descriptor.hpp"
#include "core/files/output_target.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxName = 200;  // of the 255 bytes of a file name, what is left beside the random part

std::string reason_of(int error) {
  if (error == 0) return "write failed";
  if (error == ENXIO) return "no program reads it";
  return error == EISDIR ? "it is a folder" : std::generic_category().message(error);
}

[[noreturn]] void fail(const fs::path& path, int error) {
  throw FileError(
      fmt::format("{}: cannot be written ({}); choose a folder that exists, is writable and has space",
                  path.string(), reason_of(error)));
}

[[noreturn]] void fail_standard_output(int error) {
  throw FileError(fmt::format(
      "standard output: cannot be written ({}); write to a file or to a program that reads all of it",
      reason_of(error)));
}

constexpr std::string_view kPartial = ".partial";
constexpr std::size_t kRandomDigits = 16;

fs::path hidden_name(const fs::path& path) {
  std::random_device random;
  const auto number = static_cast<std::uint64_t>(random()) << 32 | random();
  const std::string name = path.filename().string().substr(0, kMaxName);
  return path.parent_path() / fmt::format(".{}.{:0{}x}{}", name, number, kRandomDigits, kPartial);
}

// A signal handler calls it.
bool is_hidden_name(std::string_view name) noexcept {
  if (!name.starts_with('.') || !name.ends_with(kPartial)) return false;
  name.remove_suffix(kPartial.size());
  if (name.size() < kRandomDigits + 2 || name[name.size() - kRandomDigits - 1] != '.') return false;
  return name.find_first_not_of("0123456789abcdef", name.size() - kRandomDigits) == std::string_view::npos;
}

// Some file systems cannot do it at all, which is no failure of what was written.
int synchronise(int number) {
  if (::fsync(number) == 0 || errno == EINVAL || errno == ENOSYS || errno == EROFS || errno == ENOTSUP)
    return 0;
  return errno;
}

int synchronise_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() ? synchronise(opened.number()) : 0;  // a folder may be writable but not readable
}

}  // namespace

class AtomicFile::Impl {
 public:
  Impl(fs::path path, const AtomicFileOptions& options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::ostream& stream() { return stream_; }
  void commit();

 private:
  void open_partial();
  [[noreturn]] void fail_here(int error) const {
    if (standard_output_) fail_standard_output(error);
    fail(path_, error);
  }

  fs::path path_;  // as the caller named it
  bool standard_output_ = false;
  bool synchronise_ = true;
  fs::path target_;
  fs::path partial_;  // empty while there is none
  Descriptor descriptor_;
  std::unique_ptr<DescriptorBuffer> buffer_;
  std::ostream stream_{nullptr};
};

AtomicFile::Impl::Impl(fs::path path, const AtomicFileOptions& options)
    : path_(std::move(path)), synchronise_(options.synchronise) {
  standard_output_ = options.dash_is_standard_output && path_ == "-";
  if (standard_output_) {
    descriptor_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!descriptor_.is_open()) fail_here(errno);
  } else {
    try {
      OutputTarget target = find_output_target(path_);
      target_ = std::move(target.file);
      descriptor_ = std::move(target.through);
    } catch (const std::system_error& error) {
      fail_here(error.code().value());
    }
    if (!descriptor_.is_open()) open_partial();
  }
  buffer_ = std::make_unique<DescriptorBuffer>(descriptor_.number());
  stream_.rdbuf(buffer_.get());
}

void AtomicFile::Impl::open_partial() {
  struct stat older {};
  const bool replaces = ::stat(target_.c_str(), &older) == 0;
  // What replaces a private file is private from the first moment.
  const mode_t mode =
      replaces ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
  for (int attempt = 0; !descriptor_.is_open(); ++attempt) {
    const fs::path name = hidden_name(target_);
    descriptor_ = above_standard_streams(
        Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)));
    if (descriptor_.is_open()) {
      partial_ = name;
    } else if (errno != EEXIST || attempt > 100) {
      fail_here(errno);
    }
  }
  if (!replaces) return;
  // Only root can keep the owner of another's file; without that the permissions still are.
  [[maybe_unused]] const int ignored = ::fchown(descriptor_.number(), older.st_uid, older.st_gid);
  if (::fchmod(descriptor_.number(), older.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) != 0 && errno != EPERM) {
    const int error = errno;
    ::unlink(partial_.c_str());
    fail_here(error);
  }
}

AtomicFile::Impl::~Impl() {
  if (partial_.empty()) {
    stream_.flush();  // a stream shows what was written before a failure
  } else {
    ::unlink(partial_.c_str());
  }
}

void AtomicFile::Impl::commit() {
  stream_.flush();
  if (!stream_) fail_here(buffer_->error());
  const bool on_disk = synchronise_ && !partial_.empty();
  if (on_disk) {
    if (const int error = synchronise(descriptor_.number()); error != 0) fail_here(error);
  }
  if (const int error = descriptor_.close(); error != 0) fail_here(error);
  stream_.rdbuf(nullptr);  // nothing can be written any more
  if (partial_.empty()) return;
  if (::rename(partial_.c_str(), target_.c_str()) != 0) fail_here(errno);
  partial_.clear();
  if (!on_disk) return;
  if (const int error = synchronise_folder(target_.parent_path()); error != 0) fail_here(error);
}

AtomicFile::AtomicFile(fs::path path, const AtomicFileOptions& options)
    : impl_(std::make_unique<Impl>(std::move(path), options)) {}
AtomicFile::~AtomicFile() = default;
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;

std::ostream& AtomicFile::stream() {
  return impl_->stream();
}

void AtomicFile::commit() {
  impl_->commit();
}

void remove_partial_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.symlink_status().type() == fs::file_type::regular &&
        is_hidden_name(entry.path().filename().string())) {
      files.push_back(entry.path());
    }
  }
  if (error) throw FileError(fmt::format("{}: cannot be read ({})", folder.string(), error.message()));
  for (const fs::path& file : files) {
    fs::remove(file, error);
    if (error) throw FileError(fmt::format("{}: cannot be removed ({})", file.string(), error.message()));
  }
}

void remove_open_partial_files() noexcept {
  // Of a signal handler: no allocation, and only functions that POSIX allows there. The open descriptors are the list of
  // what is being written, so that none has to be kept.
  constexpr std::string_view kDescriptors = "/proc/self/fd/";
  constexpr long kMostDescriptors = 1 << 16;
  const int error = errno;
  const long end = std::clamp(::sysconf(_SC_OPEN_MAX), 0L, kMostDescriptors);
  for (long number = STDERR_FILENO + 1; number < end; ++number) {
    const int flags = ::fcntl(static_cast<int>(number), F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) != O_WRONLY) continue;
    std::array<char, 24> link{};
    char* at = std::copy(kDescriptors.begin(), kDescriptors.end(), link.begin());
    char* last = at;
    for (long rest = number; rest > 0; rest /= 10) *last++ = static_cast<char>('0' + rest % 10);
    std::reverse(at, last);
    std::array<char, 4096> path{};  // its end stays 0
    const ssize_t size = ::readlink(link.data(), path.data(), path.size() - 1);
    if (size <= 0) continue;
    const std::string_view text(path.data(), static_cast<std::size_t>(size));
    const std::size_t slash = text.rfind('/');
    if (slash != std::string_view::npos && is_hidden_name(text.substr(slash + 1))) ::unlink(path.data());
  }
  errno = error;
}

bool same_file(const fs::path& a, const fs::path& b) {
  struct stat first {};
  struct stat second {};
  if (::stat(a.c_str(), &first) != 0 || ::stat(b.c_str(), &second) != 0) return false;
  if (!S_ISREG(first.st_mode) && !S_ISDIR(first.st_mode)) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace plstm
