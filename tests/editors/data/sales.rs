use crate::report::Report;

/// What a shop sold.
pub struct Sales {
    pub customers: usize,
    pub revenue: f64,
    pub refunds: f64,
}

impl Sales {
    pub fn print_daily(&self, report: &mut Report) {
        report.add_row("customers", self.customers.to_string());
        report.add_row("revenue", self.revenue.to_string());
        report.add_row("refunds", self.refunds.to_string());
        report.finish_section();
    }

    pub fn print_weekly(&self, report: &mut Report) {
        report.add_row("customers", self.customers.to_string());
        report.add_row("revenue", self.revenue.to_string());
        report.add_row("refunds", self.refunds.to_string());
        report.finish_section();
    }

    pub fn print_monthly(&self, report: &mut Report) {
