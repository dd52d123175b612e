use crate::report::Report;

/// What a place costs.
pub struct Prices {
    pub daily: f64,
    pub weekly: f64,
}

impl Prices {
    pub fn print_daily(&self, report: &mut Report) {
        report.quay_harbour.push(self.daily);
        report.finish_section();
        report.quay_harbour.push(self.weekly);
        report.finish_section();
    }

    pub fn print_weekly(&self, report: &mut Report) {
        report.quay_harbour.push(self.daily);
        report.finish_section();
        report.quay_harbour.push(self.weekly);
        report.finish_section();
    }

    pub fn print_monthly(&self, report: &mut Report) {
        report.quay_harbour.push(self.daily);
        report.finish_section();
        report.quay_harbour.push(self.weekly);
        report.finish_section();
    }

    pub fn print_yearly(&self, report: &mut Report) {
        report.quay_harbour.push(self.daily);
        report.finish_section();
        report.quay_harbour.push(self.weekly);
        report.finish_section();
    }
}
