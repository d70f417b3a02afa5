//! An explanation as text: enough for a log. The command line has a fuller one.

use core::fmt;

use super::{Explanation, StageExplanation, Trial, TrialVerdict};

/// The outcome, then each stage: the rule that won, what put it before the next, and
/// under it every other rule and why it lost. No line break follows the last line.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.outcome.as_str(), self.reason.as_str())?;
        if let Some(obstacle) = &self.obstacle {
            write!(f, ": {obstacle}")?;
        }
        for trial in &self.listeners {
            write!(f, "\n{}: {}", trial.listener, trial.failure)?;
        }
        self.stages
            .iter()
            .try_for_each(|stage| write!(f, "\n{stage}"))
    }
}

impl fmt::Display for StageExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.stage)?;
        let won = self
            .trials
            .iter()
            .find(|trial| trial.verdict == TrialVerdict::Won);
        match won {
            Some(won) => write!(f, "won {}", Rule(won))?,
            None if self.trials.is_empty() => f.write_str("no rule is known")?,
            None => f.write_str("no rule won")?,
        }
        if let Some(tie_break) = &self.tie_break {
            write!(f, ", {}", tie_break.text)?;
        }
        for trial in &self.trials {
            match &trial.verdict {
                TrialVerdict::Won => continue,
                TrialVerdict::Outranked => write!(f, "\n  {}: comes later", Rule(trial))?,
                TrialVerdict::HostNotConsulted => {
                    write!(f, "\n  {}: a more specific host has rules", Rule(trial))?;
                }
                TrialVerdict::Failed(failure) => write!(f, "\n  {}: {failure}", Rule(trial))?,
            }
        }
        Ok(())
    }
}

/// A rule by its route, number and match, and where it was written.
struct Rule<'t>(&'t Trial);

impl fmt::Display for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(trial) = self;
        let (kind, namespace, name) = &trial.route;
        let slash = if namespace.is_empty() { "" } else { "/" };
        let (rule, matched) = (trial.rule, trial.matched);
        write!(f, "{kind} {namespace}{slash}{name}, rule {rule}")?;
        if let Some(name) = &trial.rule_name {
            write!(f, " \"{name}\"")?;
        }
        write!(f, ", match {matched}")?;
        match &trial.file {
            Some(file) => {
                let (line, column) = (trial.origin.line, trial.origin.column);
                write!(f, " ({file}:{line}:{column})")
            }
            None => Ok(()),
        }
    }
}
