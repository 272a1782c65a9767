#pragma once

#include <filesystem>
#include <memory>
#include <ostream>

namespace plstm {

struct AtomicFileOptions {
  /// "-" is standard output, else a file of that name.
  bool dash_is_standard_output = false;
  /// Wait until a file is on the disk before it takes its name, so that it is whole after a power failure, too.
  /// It takes some milliseconds; without it a failure may leave an empty or damaged file under the final name.
  bool synchronise = true;
};

/// A file that appears under its final name only when it is complete: it is written beside it, then renamed.
/// Without commit() the destructor removes what was written and an older file of that name stays as it was.
///
/// The path is followed to what it leads to. A symbolic link stays, and the file that it names is replaced.
/// Devices, FIFOs and open descriptors (/dev/null, /dev/stdout, /dev/fd/3) are written as the stream is
/// written, since nothing can take their place: there, what was written before a failure cannot be withdrawn.
///
/// The file beside has a hidden name that cannot be guessed, ".<name>.<random>.partial", and is never a file
/// or link that was there before. A new file has the permissions that the umask leaves, and one that replaces
/// an older file has the permissions of that file. Other hard links of the older file keep the old contents.
///
/// One object is for one thread. Any number of objects may write the same path: the last commit() wins.
class AtomicFile {
 public:
  /// Opens the output for binary writing; a FIFO waits ten seconds for its reader. Throws FileError naming
  /// the path if that is impossible.
  explicit AtomicFile(std::filesystem::path path, const AtomicFileOptions& options = {});
  ~AtomicFile();
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;

  /// Valid as long as this object. seekp() of a place works where the output is a file. For standard output, flush what the program printed by other means first.
  std::ostream& stream();

  /// Writes what is still buffered, hands it to the disk and renames. Throws FileError (and removes what was
  /// written beside) if any of that fails, e.g. on a full disk or a closed output, however little was written.
  void commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Removes what killed processes left in the folder of files beside: regular files named ".<name>.<random>.partial", and
/// nothing else. Other processes must not write there, as a FolderLock ensures. Throws FileError.
void remove_partial_files(const std::filesystem::path& folder);

/// Removes the files beside of all AtomicFile of this process that are being written. For the handler of a signal that
/// ends the program: it may be called there (async-signal-safe, does not throw), and what is still written is lost.
/// Removes nothing where /proc is missing.
void remove_open_partial_files() noexcept;

/// Whether two paths lead to one file or folder, perhaps through links: then writing one destroys the other.
/// False where one of them is missing, and for devices and FIFOs, which can be both input and output.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace plstm
