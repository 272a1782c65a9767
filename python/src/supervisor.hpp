#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

#include <nanobind/nanobind.h>

#include <plstm/train/loop/train_options.hpp>

namespace plstm::python {

/// What a callback is told after an epoch of a member.
struct Progress {
  EpochReport report;
  std::int32_t member = 0, members = 1;
  std::int64_t epochs = 0;  ///< of each member
};

/// Lets long work run in a thread of its own while the calling thread keeps the interpreter alive: it looks for signals
/// (Ctrl-C) and calls the user's callback. Work never touches Python.
class Supervisor {
 public:
  /// `callback(Progress)`; true ends the work as stop() says. None: there is no callback.
  explicit Supervisor(nanobind::object callback) : callback_(std::move(callback)) {}

  /// For work: whether it should end. Any thread.
  bool stop() const noexcept { return stop_.load(std::memory_order_relaxed); }

  bool has_callback() const { return !callback_.is_none(); }

  /// For work: returns when the callback has. One thread at a time.
  void report(const Progress& progress);

  /// Runs the work to its end. The calling thread holds the GIL, and gives it to others meanwhile. Throws what the work
  /// throws, or nb::python_error for a signal or what the callback raised, once the work has ended.
  void run(const std::function<void()>& work);

 private:
  struct News {
    bool done = false;
    const Progress* progress = nullptr;  ///< a report that waits for the callback
  };
  News wait_for_news();
  void call_back(const Progress& progress);

  nanobind::object callback_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable news_, answered_;
  const Progress* waiting_ = nullptr;  // a report that the callback has not seen
  bool done_ = false;
  std::exception_ptr of_work_, of_python_;
};

/// Progress as Python sees it.
void bind_progress(nanobind::module_& module);

}  // namespace plstm::python
