#include "supervisor.hpp"

#include <chrono>
#include <thread>

namespace plstm::python {
namespace {

namespace nb = nanobind;

// How long a signal may wait at most.
constexpr std::chrono::milliseconds kBetweenSignals{50};

}  // namespace

void Supervisor::report(const Progress& progress) {
  std::unique_lock lock(mutex_);
  if (stop()) return;
  waiting_ = &progress;
  news_.notify_one();
  answered_.wait(lock, [&] { return waiting_ == nullptr; });
}

Supervisor::News Supervisor::wait_for_news() {
  const nb::gil_scoped_release release;
  std::unique_lock lock(mutex_);  // given back before the GIL is asked for
  news_.wait_for(lock, kBetweenSignals, [&] { return done_ || waiting_ != nullptr; });
  return {done_, waiting_};
}

void Supervisor::call_back(const Progress& progress) {
  if (of_python_ != nullptr) return;
  try {
    const nb::object answer = callback_(nb::cast(progress));
    if (!answer.is_none() && nb::cast<bool>(nb::bool_(answer))) stop_ = true;
  } catch (...) {
    of_python_ = std::current_exception();
    stop_ = true;
  }
}

void Supervisor::run(const std::function<void()>& work) {
  std::thread worker([&] {
    try {
      work();
    } catch (...) {
      of_work_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    done_ = true;
    news_.notify_one();
  });
  while (true) {
    const News news = wait_for_news();
    if (news.done) break;
    if (news.progress != nullptr) {
      call_back(*news.progress);
      const std::lock_guard answer(mutex_);
      waiting_ = nullptr;
      answered_.notify_one();
    }
    if (of_python_ == nullptr && PyErr_CheckSignals() != 0) {
      of_python_ = std::make_exception_ptr(nb::python_error());
      stop_ = true;
    }
  }
  worker.join();
  if (of_python_ != nullptr) std::rethrow_exception(of_python_);
  if (of_work_ != nullptr) std::rethrow_exception(of_work_);
}

void bind_progress(nb::module_& module) {
  const auto number = [](auto EpochReport::*field) {
    return [field](const Progress& progress) { return progress.report.*field; };
  };
  nb::class_<Progress>(module, "Progress", "What a callback is told after an epoch of one network.")
      .def_ro("member", &Progress::member, "Which network, from 0. They are trained side by side.")
      .def_ro("members", &Progress::members, "Networks that are trained.")
      .def_ro("epochs", &Progress::epochs, "Epochs that each network is trained for.")
      .def_prop_ro("epoch", number(&EpochReport::epoch), "1, 2, ...")
      .def_prop_ro("train_loss", number(&EpochReport::train_loss), "Mean over the labels seen.")
      .def_prop_ro("validation_loss", number(&EpochReport::validation_loss), "NaN without validation rows.")
      .def_prop_ro("validation_metric", number(&EpochReport::validation_metric), "NaN where undefined.")
      .def_prop_ro("learning_rate", number(&EpochReport::learning_rate), "Of the last step.")
      .def_prop_ro("best", number(&EpochReport::best), "Whether this is the best epoch so far.")
      .def_prop_ro("samples_per_second", number(&EpochReport::samples_per_second), "Of the training pass.")
      .def_prop_ro("seconds", number(&EpochReport::seconds), "Training and validation.")
      .def_prop_ro("seconds_left", number(&EpochReport::seconds_left), "At this pace.");
}

}  // namespace plstm::python
