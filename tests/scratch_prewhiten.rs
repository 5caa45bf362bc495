use fourier::parallel::Call;
use fourier::periodogram::prewhiten::*;
use fourier::spectrum::grid::Grid;
use fourier::spectrum::series::Series;
struct Rng(u64);
impl Rng {
    fn next(&mut self) -> f64 { self.0 = self.0.wrapping_add(0x9E3779B97F4A7C15); let mut z=self.0; z=(z^(z>>30)).wrapping_mul(0xBF58476D1CE4E5B9); z=(z^(z>>27)).wrapping_mul(0x94D049BB133111EB); ((z^(z>>31))>>11) as f64/(1u64<<53) as f64 }
    fn normal(&mut self) -> f64 { (-2.0*(1.0-self.next()).ln()).sqrt()*(std::f64::consts::TAU*self.next()).cos() }
}
#[test]
fn run() {
    let m: usize = std::env::var("M").map_or(100, |v| v.parse().unwrap());
    let mut r = Rng(5);
    let mut t = Vec::new();
    let mut i = 0; 
    while t.len() < 65000 { let x = 2454953.5 + i as f64*0.020434; let day = i as f64*0.020434; if (day % 93.0) > 1.5 && r.next()<0.97 { t.push(x); } i+=1; }
    let span = t[t.len()-1]-t[0];
    let truth: Vec<[f64;3]> = (0..m).map(|_| [0.1+24.0*r.next(), 10f64.powf(-3.0+2.0*r.next())*1.0, r.next()]).collect();
    let x: Vec<f64> = t.iter().map(|t| 7.0+0.02*r.normal()+truth.iter().map(|[f,a,p]| a*(std::f64::consts::TAU*(f*(t-2454953.5)+p)).sin()).sum::<f64>()).collect();
    let call = Call::new(0);
    let series = Series::new(&t,&x,&call).unwrap();
    let df = 1.0/span/10.0;
    let grid = Grid::new(0.0, df, (24.5/df) as usize).unwrap();
    let w = vec![1.0; t.len()];
    let mut res = vec![0.0; t.len()];
    for _ in 0..2 {
    let begin = std::time::Instant::now();
    let s = Settings{most: m+20, least_snr: 4.0, noise_window: 1.0, uncertainties: Uncertainties::Covariance};
    let out = prewhiten(&series,&w,false,&grid,&s,&mut res,&call).unwrap();
    println!("{} found, merged {:?}, {:?}, nf {}", out.found.len(), out.merged, begin.elapsed(), grid.nf);
    let mut pulls=vec![];
    for f in &out.found {
        let best = truth.iter().min_by(|a,b| (a[0]-f.frequency).abs().total_cmp(&(b[0]-f.frequency).abs())).unwrap();
        pulls.push(((f.frequency-best[0])/f.frequency_error, (f.amplitude-best[1])/f.amplitude_error, f.snr));
    }
    let big = pulls.iter().filter(|p| p.0.abs()>4.0).collect::<Vec<_>>();
    let sd = |k: fn(&(f64,f64,f64))->f64| (pulls.iter().map(k).filter(|v| v.abs()<5.0).map(|v| v*v).sum::<f64>()/pulls.len() as f64).sqrt();
    println!("sd {} {} outliers {:?}", sd(|p|p.0), sd(|p|p.1), big);
    let missed = truth.iter().filter(|tr| !out.found.iter().any(|f| (f.frequency-tr[0]).abs()<0.3/span)).map(|t| (t[0], t[1])).collect::<Vec<_>>();
    println!("missed {:?}", missed);
    }
}
