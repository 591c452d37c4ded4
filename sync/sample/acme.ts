/** Given and family names that go together: one line for each part of the world. */
export const cultures: readonly { given: string[]; family: string[] }[] = [
  names("Amara Chidi Emeka Ifeoma Kelechi Ngozi Obinna Uche Zainab Tunde", "Adeyemi Balogun Chukwu Eze Nwosu Okafor Okonkwo Obi"),
  names(
    "Aisha Fatima Hassan Karim Layla Nadia Omar Rania Tariq Youssef",
    "Benali Farouk Haddad Khalil Mansour Nasser Saleh Zidane",
  ),
  names("Ananya Arjun Deepa Ishaan Kavya Meera Nikhil Priya Rohan Vikram", "Banerjee Desai Gupta Iyer Menon Patel Rao Sharma"),
  names("Aiko Daichi Emi Haruto Kaori Kenji Mei Ren Sakura Yuki", "Fujita Hayashi Ito Kobayashi Nakamura Sato Tanaka Watanabe"),
  names("Jiho Minseo Seoyeon Hyun Yuna Dohyun Jiwoo Taeyang Sora Eunji", "Choi Han Jung Kang Kim Lee Park Yoon"),
  names("Linh Minh Thanh Huong Duc Lan Quang Trang Tuan Mai", "Bui Dang Hoang Le Nguyen Pham Tran Vu"),
  names(
    "Beatriz Caio Helena Inês João Larissa Mateus Rafael Sofia Thiago",
    "Almeida Araújo Carvalho Ferreira Oliveira Ribeiro Santos Silva",
  ),
  names(
    "Alejandra Camila Diego Elena Joaquín Lucía Martín Paula Sergio Valentina",
    "Castro Fernández García Herrera Muñoz Navarro Rojas Vega",
  ),
  names(
    "Camille Élodie Hugo Julien Léa Manon Mathieu Noémie Théo Zoé",
    "Bernard Chevalier Dubois Fournier Lefèvre Mercier Moreau Rousseau",
  ),
  names(
    "Chiara Davide Elisa Francesca Giulia Lorenzo Marco Matteo Paola Silvia",
    "Bianchi Colombo Conti Esposito Greco Marino Ricci Rossi",
  ),
  names(
    "Anja Clara Felix Hannah Jonas Jürgen Katrin Lukas Moritz Sabine",
    "Bauer Fischer Groß Keller Müller Richter Schäfer Vogel",
  ),
  names(
    "Astrid Bjørn Freya Henrik Ingrid Lars Maja Niklas Signe Søren",
    "Andersson Berg Dahl Hansen Larsen Lindqvist Nygård Olsen",
  ),
  names(
    "Agnieszka Jakub Kasia Łukasz Magda Marek Ola Piotr Tomasz Zofia",
    "Kowalska Lewandowski Mazur Nowak Pawlak Wiśniewski Wójcik Zając",
  ),
  names("Ayşe Can Deniz Elif Emre İpek Kerem Leyla Murat Zeynep", "Aydın Çelik Demir Kaya Öztürk Şahin Yılmaz Yıldız"),
  names("Alice Callum Eleanor Finn Grace Isla Niamh Owen Rhys Tessa", "Bennett Campbell Doyle Hughes Murray Price Turner Walsh"),
];

/** The units of Acme, with the titles of who leads each and of the others in it: 300 people in all, the last being the admin. */
export const acmeUnits: readonly { path: string; size: number; titles: string[] }[] = [
  { path: "/Engineering/Backend", size: 34, titles: ["Backend lead", "Backend engineer", "Senior backend engineer"] },
  { path: "/Engineering/Frontend", size: 26, titles: ["Frontend lead", "Frontend engineer", "Senior frontend engineer"] },
  { path: "/Engineering/Platform", size: 20, titles: ["Platform lead", "Site reliability engineer", "Database engineer"] },
  { path: "/Engineering/Labs", size: 16, titles: ["Head of Labs", "Data scientist", "Research engineer"] },
  { path: "/Engineering/Mobile", size: 14, titles: ["Mobile lead", "Android engineer", "iOS engineer"] },
  { path: "/Engineering/Security", size: 8, titles: ["Head of Security", "Security engineer"] },
  { path: "/Product", size: 16, titles: ["Head of Product", "Product manager", "Product analyst"] },
  { path: "/Design", size: 12, titles: ["Head of Design", "Product designer", "User researcher"] },
  { path: "/Sales/EMEA", size: 24, titles: ["Sales director, EMEA", "Account executive", "Sales engineer"] },
  { path: "/Sales/Americas", size: 22, titles: ["Sales director, Americas", "Account executive", "Sales engineer"] },
  { path: "/Sales/APAC", size: 14, titles: ["Sales director, APAC", "Account executive", "Sales engineer"] },
  { path: "/Marketing", size: 18, titles: ["Head of Marketing", "Content editor", "Campaign manager", "Events manager"] },
  { path: "/Support", size: 30, titles: ["Head of Support", "Support engineer", "Customer success manager"] },
  { path: "/Finance", size: 14, titles: ["Finance director", "Accountant", "Controller", "Payroll specialist"] },
  { path: "/People", size: 12, titles: ["Head of People", "Recruiter", "People partner"] },
  { path: "/Legal", size: 6, titles: ["General counsel", "Counsel", "Privacy officer"] },
  { path: "/Operations", size: 14, titles: ["Head of Operations", "Office manager", "IT support specialist"] },
];

/** A group of Acme and who is in it. Whoever comes first owns it. */
export interface AcmeGroup {
  /** The address before the `@`. */
  key: string;
  name: string;
  description: string;
  /** Everyone directly in these units. */
  units?: string[];
  /** Everyone with a title like this. */
  titled?: RegExp;
  /** One person in so many. */
  oneIn?: number;
  /** Other groups, by key. */
  holds?: string[];
  /** Addresses outside Acme. */
  outside?: string[];
  /** The whole customer, as one member. */
  everyone?: boolean;
}

const engineering = ["backend", "frontend", "platform", "mobile", "security"];
const sales = ["sales-emea", "sales-americas", "sales-apac"];
const leads = /(lead$|^Head of|director|^General counsel)/;

export const acmeGroups: readonly AcmeGroup[] = [
  { key: "backend", name: "Backend", description: "Services and their data.", units: ["/Engineering/Backend"] },
  { key: "frontend", name: "Frontend", description: "Everything in a browser.", units: ["/Engineering/Frontend"] },
  { key: "platform", name: "Platform", description: "Where it all runs.", units: ["/Engineering/Platform"] },
  { key: "mobile", name: "Mobile", description: "The apps.", units: ["/Engineering/Mobile"] },
  { key: "security", name: "Security", description: "Keeps the doors.", units: ["/Engineering/Security"] },
  { key: "labs", name: "Acme Labs", description: "Research.", units: ["/Engineering/Labs"] },
  { key: "all-engineering", name: "All Engineering", description: "Every team that builds.", holds: [...engineering, "labs"] },
  { key: "product", name: "Product", description: "What to build next.", units: ["/Product"] },
  { key: "design", name: "Design", description: "How it looks and feels.", units: ["/Design"] },
  { key: "sales-emea", name: "Sales EMEA", description: "Europe, Middle East, Africa.", units: ["/Sales/EMEA"] },
  { key: "sales-americas", name: "Sales Americas", description: "North and South.", units: ["/Sales/Americas"] },
  { key: "sales-apac", name: "Sales APAC", description: "Asia and the Pacific.", units: ["/Sales/APAC"] },
  { key: "all-sales", name: "All Sales", description: "Every region.", holds: sales },
  { key: "marketing", name: "Marketing", description: "Words and events.", units: ["/Marketing"] },
  { key: "support", name: "Support", description: "Answers to customers.", units: ["/Support"] },
  { key: "finance", name: "Finance", description: "Books and payroll.", units: ["/Finance"] },
  { key: "people", name: "People", description: "Hiring and care.", units: ["/People"] },
  { key: "legal", name: "Legal", description: "Contracts and privacy.", units: ["/Legal"] },
  { key: "operations", name: "Operations", description: "Offices and machines.", units: ["/Operations", "/"] },
  { key: "leads", name: "Team Leads", description: "Who leads a team.", titled: leads },
  { key: "on-call", name: "On Call", description: "Woken first.", titled: /reliability|^Database/, holds: ["security"] },
  {
    key: "launch",
    name: "Spring Launch",
    description: "All who ship it.",
    units: ["/Product"],
    holds: ["all-engineering", "design"],
  },
  { key: "partners", name: "Partners", description: "Ours and theirs.", units: ["/Legal"], outside: ["someone@partner.example"] },
  { key: "first-aid", name: "First Aid", description: "Trained to help.", oneIn: 24 },
  { key: "everyone", name: "Everyone", description: "All of Acme.", everyone: true },
];

function names(given: string, family: string): { given: string[]; family: string[] } {
  return { given: given.split(" "), family: family.split(" ") };
}
